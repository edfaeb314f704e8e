import type { Problem } from '@changeover/errors'
import type { Migration } from './define-migration.ts'
import type { MigrationState } from './inspect.ts'
import { isOpen } from './step-state.ts'

/** What to type next, and why. */
export interface NextCommand {
  readonly command: string
  readonly why: string
}

/** Decides what comes next for a migration, from what was found. Pure. */
export function nextCommand(
  { name }: Pick<Migration, 'name'>,
  { steps, mappings, phase }: MigrationState,
  problems: readonly Problem[],
): NextCommand {
  if (phase?.phase.name === 'contracted')
    return { command: `changeover contract show ${name}`, why: 'legacy is archived: see what is left of it' }
  const [problem] = problems
  if (problem) return { command: `changeover plan ${name}`, why: `after mending this: ${problem.message}` }
  const todo = steps.filter(isOpen)
  if (todo.length > 0)
    return {
      command: `changeover install ${name}`,
      why: `to be installed: ${todo.map(({ title }) => title).join('; ')}`,
    }
  if (phase?.phase.name === 'legacy-only')
    return {
      command: `changeover phase advance ${name}`,
      why: 'dual write must be on before old rows are filled in',
    }
  if (phase?.phase.authority === 'target') return afterwards(name, phase.phase.name)
  const unfinished = mappings.filter(({ backfill }) => backfill === null || backfill.state !== 'done')
  if (unfinished.length > 0)
    return {
      command: `changeover backfill ${name}`,
      why: `not filled yet: ${unfinished.map(({ mapping }) => mapping).join(', ')}`,
    }
  const quarantined = mappings.reduce((sum, { backfill }) => sum + (backfill?.quarantined ?? 0), 0)
  if (quarantined > 0)
    return { command: `changeover quarantine ${name}`, why: `${quarantined} rows could not be written` }
  return { command: `changeover verify ${name}`, why: 'everything is filled: prove that both sides agree' }
}

/** Once the target leads there is nothing to fill: forward is proven by a clean verification. */
function afterwards(name: string, phase: string): NextCommand {
  if (phase === 'target-only')
    return {
      command: `changeover contract show ${name}`,
      why: 'legacy is frozen: see what keeps it from being archived',
    }
  return { command: `changeover verify ${name}`, why: `the phase is ${phase}: see that both sides agree` }
}
