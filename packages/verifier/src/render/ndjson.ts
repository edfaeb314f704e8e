import type { Verification } from '../verification.ts'

/** One JSON value in a line: each finding as it is, then everything else about the verification. */
export function renderNdjson({ findings, ...rest }: Verification): string {
  return [...findings, rest].map((line) => JSON.stringify(line)).join('\n')
}
