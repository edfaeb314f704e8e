import type { Database } from '@changeover/database'
import {
  atPhase,
  checkFlags,
  type FlagReading,
  phases,
  readFlags,
  requireAgreement,
  type StoredPhase,
} from '@changeover/rollout'
import type { HeldValues } from '@changeover/sync'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { phaseOf } from '../phase-of.ts'
import type { Operating } from './operating.ts'

/** Who leads a migration, and what follows from it for values that only one side can hold. */
export interface Leading extends FlagReading {
  /** The phase as it is stored; undefined before the first install, when the environment says which one is meant. */
  readonly stored: StoredPhase | undefined
  /** As long as the target has never led, it must say exactly what the mapping makes of legacy. */
  readonly heldValues: HeldValues
}

/**
 * Reads who leads: the stored phase, and the flags of the environment only where none is stored. Flags that are set and say
 * something else are a warning, in strict mode a refusal. Errors: ROLLOUT.*.
 */
export async function leadingOf(operating: Operating): Promise<Leading> {
  const { database, environment, migration } = operating
  const reading = readFlags(environment, migration.flags)
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined)
    return { ...reading, stored, heldValues: reading.phase.authority === 'target' ? 'keep' : 'overwrite' }
  tellDifference(operating, reading, stored)
  // Nobody reads flags after the contraction; those of target-only are what was left.
  const flags = stored.phase.flags ?? phases['target-only'].flags
  const heldValues = stored.targetHasLed ? 'keep' : 'overwrite'
  return { ...reading, ...flags, phase: stored.phase, stored, heldValues }
}

/** The database for work that was begun because of who leads: it stops when that changes. Errors: ROLLOUT.PHASE_CHANGED. */
export function whileLeading(database: Database, { stored }: Pick<Leading, 'stored'>): Database {
  return stored === undefined ? database : atPhase(database, stored)
}

function tellDifference(
  { environment, migration: { flags: names }, onWarning }: Operating,
  { strictMode }: FlagReading,
  stored: StoredPhase,
): void {
  const isSaid = [names.useTarget, names.dualWrite, names.legacyReadOnly].some(
    (name) => (environment[name] ?? '') !== '',
  )
  if (!isSaid) return
  const check = checkFlags(environment, stored, names)
  if (strictMode) requireAgreement(check)
  for (const problem of check.problems) onWarning?.(problem)
}

/** Errors: MIGRATION.PHASE_FORBIDS where the target leads: legacy would overwrite what only the target has. */
export function requireLegacyLeads(
  { phase }: Pick<Leading, 'phase'>,
  { name }: Migration,
  what: string,
): void {
  if (phase.authority === 'legacy') return
  throw errors.PHASE_FORBIDS({
    what: `${what} of ${name}`,
    phase: phase.name,
    why: 'the target leads, and legacy would overwrite it',
  })
}

/**
 * Errors: MIGRATION.DUAL_WRITE_OFF unless every writer writes both sides. A database without a phase knows of no other writers.
 */
export function requireDualWrite({ stored }: Pick<Leading, 'stored'>): void {
  if (stored === undefined) return
  const { migration, phase, fencedAt } = stored
  const why =
    phase.name === 'legacy-leads' ? 'older transactions may still write one side' : 'only legacy is written'
  if (phase.name !== 'legacy-leads' || fencedAt === undefined)
    throw errors.DUAL_WRITE_OFF({ migration, phase: phase.name, why })
}
