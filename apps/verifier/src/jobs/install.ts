import { errors, inspect, install as installSteps, problemsOf } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { Session } from '../session.ts'

/** Installs what is missing, unless something is in the way: then nothing is touched. */
export async function install({ database, migration, talk }: Session): Promise<Outcome> {
  const problems = problemsOf(await inspect(database, migration))
  if (problems.length > 0)
    throw errors.BLOCKED({
      migration: migration.name,
      problems: problems.map(({ message, fix }) => `${message} ${fix}`),
    })
  const onStep = ({ title }: { readonly title: string }) => talk.say(`Installing: ${title} …`)
  const steps = await installSteps(database, migration, { onStep })
  const lines = steps.map(({ title, was }) => `✓ ${title}${was === 'done' ? ' (was there)' : ''}`)
  return { exitCode: exitCodes.fine, data: { migration: migration.name, steps }, text: lines.join('\n') }
}
