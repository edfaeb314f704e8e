import { appendFile } from 'node:fs/promises'
import { renderGithubAnnotations, renderGithubSummary, type Verification } from '@changeover/verifier'
import type { Session } from '../session.ts'

/**
 * In GitHub Actions: annotates the findings (on stderr, which the runner reads as well) and appends the report to the step
 * summary. A summary that cannot be written is said, and no reason to fail.
 */
export async function tellGithub(
  { environment, migration, talk }: Pick<Session, 'environment' | 'migration' | 'talk'>,
  verification: Verification,
): Promise<void> {
  const annotations = renderGithubAnnotations(verification)
  if (annotations !== '') talk.say(annotations)
  const file = environment['GITHUB_STEP_SUMMARY']
  if (file === undefined || file === '') return
  const summary = renderGithubSummary(verification, migration.targetModel)
  await appendFile(file, `${summary}\n`).catch((error: unknown) => {
    talk.say(
      `The step summary could not be written: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
}
