import type { Migration } from '@changeover/migration'
import { type FlagReading, readFlags } from '@changeover/rollout'
import type { HeldValues } from '@changeover/sync'
import { errors } from './errors.ts'
import type { Session } from './session.ts'

/** What the environment says of a migration, and what follows from it for values that only one side can hold. */
export interface Leading extends FlagReading {
  /** As long as the target has never led, it must say exactly what the mapping makes of legacy. */
  readonly heldValues: HeldValues
}

/** Reads the flags of a migration. Errors: ROLLOUT.*. */
export function leadingOf({ environment, migration }: Pick<Session, 'environment' | 'migration'>): Leading {
  const reading = readFlags(environment, migration.flags)
  return { ...reading, heldValues: reading.phase.authority === 'target' ? 'keep' : 'overwrite' }
}

/** Errors: CLI.PHASE_FORBIDS where the target leads: legacy would overwrite what only the target has. */
export function requireLegacyLeads({ phase }: Leading, { name }: Migration, command: string): void {
  if (phase.authority === 'legacy') return
  throw errors.PHASE_FORBIDS({
    command: `${command} ${name}`,
    phase: phase.name,
    why: 'the target leads, and legacy would overwrite it',
  })
}
