import type { ExitCode } from './exit-code.ts'

/** What a job leaves behind: data for `--json`, text for people, and how the command ends. */
export interface Outcome {
  readonly exitCode: ExitCode
  readonly data: unknown
  readonly text: string
}
