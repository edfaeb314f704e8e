import {
  errors,
  inspect,
  install as installSteps,
  type InstalledStep,
  problemsOf,
} from '@changeover/migration'
import { readFlags } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { Session } from '../session.ts'

/** Installs what is missing, with the phase that the environment means where none is stored, unless something is in the way: then nothing is touched. */
export async function install({ database, environment, migration, talk }: Session): Promise<Outcome> {
  const problems = problemsOf(await inspect(database, migration))
  if (problems.length > 0)
    throw errors.BLOCKED({
      migration: migration.name,
      problems: problems.map(({ message, fix }) => `${message} ${fix}`),
    })
  const { phase } = readFlags(environment, migration.flags)
  const firstPhase = { phase: phase.name, by: 'changeover install', reason: 'flags of the environment' }
  const onStep = ({ title }: { readonly title: string }) => talk.say(`Installing: ${title} …`)
  const steps = await installSteps(database, migration, { onStep, firstPhase })
  const lines = steps.map(lineOf)
  return { exitCode: exitCodes.fine, data: { migration: migration.name, steps }, text: lines.join('\n') }
}

function lineOf({ title, was }: InstalledStep): string {
  if (was === 'later') return `· ${title} (later)`
  return `✓ ${title}${was === 'done' ? ' (was there)' : ''}`
}
