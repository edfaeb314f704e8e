import { type BackfillState, createBackfill } from '@changeover/backfill'
import type { Database } from '@changeover/database'
import { errors as dualWriteErrors, owedState, selfTest } from '@changeover/dual-write'
import { hashOf } from '@changeover/mapping'
import {
  type Arrow,
  type GateName,
  gateLimits,
  type Observations,
  observeLegacyUse,
  type StoredPhase,
} from '@changeover/rollout'
import { createSync, schemaFingerprint } from '@changeover/sync'
import { legacyColumns } from './contract/legacy-columns.ts'
import { legacyTableNames, legacyViewNames } from './contract/legacy-tables.ts'
import { lastRestoredBackup } from './contract/restored-backup.ts'
import type { Migration } from './define-migration.ts'
import { observeHealth, shadowOf } from './observe-health.ts'
import { phaseOf } from './phase-of.ts'
import { proveReverse } from './prove-reverse.ts'
import { rehearseAndRecord } from './rehearsal-ledger.ts'
import type { RehearseOptions } from './rehearse.ts'
import { isOpen, type StepState, stepStates } from './step-state.ts'
import { proxyIndexesStep } from './steps.ts'
import { verifierOf } from './verifier-of.ts'

export interface ObserveOptions {
  /** What the operator typed, for the contraction. */
  readonly confirmedName?: string
  /** For how long nobody may have used legacy, for the contraction. */
  readonly disuseSeconds?: number
  /** How much of the way back is rehearsed; everything unless given. `none`: nobody counts what would be lost. */
  readonly rehearsal?: RehearseOptions | 'none'
}

/**
 * Gathers what the gates of an arrow ask for, and nothing else.
 *
 * Cost: catalog statements; the self-test of capture, a proof on a sample and a rehearsal, all rolled back, where asked for; what the
 * rehearsal finds is recorded.
 */
export async function observe(
  database: Database,
  migration: Migration,
  { gates }: Pick<Arrow, 'gates'>,
  { rehearsal = {}, confirmedName, disuseSeconds = gateLimits.disuseSeconds }: ObserveOptions = {},
): Promise<Observations> {
  const asks = (gate: GateName) => gates.includes(gate)
  const phase = await phaseOf(database, migration.name)
  const backfill = asks('backfill-finished') || asks('quarantine-empty')
  const certificate = asks('certificate-fresh') ? await certificateOf(database, migration, phase) : undefined
  const backup = asks('backup-restorable') ? await lastRestoredBackup(database, migration.name) : undefined
  return {
    ...(asks('legacy-unused') && {
      legacyUse: await observeLegacyUse(database, {
        migration: migration.name,
        tables: legacyTableNames(migration),
        columns: legacyColumns(migration),
        views: legacyViewNames(migration),
        disuseSeconds,
      }),
    }),
    ...(backup && { backup }),
    ...(asks('confirmed-by-name') && confirmedName !== undefined && { confirmedName }),
    ...(asks('capture-installed') && { capture: await captureOf(database, migration) }),
    ...(asks('proxies-indexed') && { proxyIndexes: await proxyIndexesOf(database, migration) }),
    ...(backfill && (await backfillOf(database, migration))),
    ...(asks('outbox-empty') && { outbox: { rows: (await owedState(database, migration.name)).keys } }),
    ...(certificate && { certificate }),
    ...(asks('shadow-agrees') && phase && (await shadowOf(database, phase))),
    ...(asks('healthy') && phase && { health: await observeHealth(database, migration, phase) }),
    ...(asks('reverse-proven') && { reverse: await reverseOf(database, migration) }),
    ...(asks('losses-accepted') &&
      rehearsal !== 'none' && { losses: await lossesOf(database, migration, rehearsal) }),
  }
}

async function captureOf(
  database: Database,
  migration: Migration,
): Promise<NonNullable<Observations['capture']>> {
  const steps = (await stepStates(database, migration)).filter(
    (each) => isOpen(each) && each.id !== proxyIndexesStep,
  )
  if (steps.length > 0) return { problems: steps.map(saidOf) }
  const tested = await selfTest(database, { migration: migration.name, mappings: migration.mappings })
  const failed = tested.filter(({ code }) => code !== dualWriteErrors.SELF_TEST_SKIPPED.code)
  return { problems: failed.map(({ message }) => message) }
}

async function proxyIndexesOf(
  database: Database,
  migration: Migration,
): Promise<NonNullable<Observations['proxyIndexes']>> {
  const states = await stepStates(database, migration)
  const open = states.filter(({ id, condition }) => id === proxyIndexesStep && condition !== 'done')
  return { problems: open.map(saidOf) }
}

function saidOf({ title, condition, problems }: StepState): string {
  return [`${title}: ${condition}`, ...problems].join('; ')
}

async function backfillOf(
  database: Database,
  { name, mappings }: Migration,
): Promise<Pick<Observations, 'backfill' | 'quarantine'>> {
  const states = await createBackfill({ database, sync: createSync(mappings), migration: name }).states()
  const own = mappings.map((mapping) => ({
    mapping,
    state: states.find((each) => each.mapping === mapping.name),
  }))
  const quarantine = { rows: states.reduce((sum, { quarantined }) => sum + quarantined, 0) }
  const found = own.flatMap(({ state }) => (state ? [state] : []))
  if (found.length < own.length) return { quarantine }
  const stale = own.some(({ mapping, state }) => state?.mappingHash !== mapping.hash)
  const open = found.find(({ state }) => state !== 'done')
  return {
    quarantine,
    backfill: {
      state: stale ? 'of an older mapping' : (open?.state ?? 'done'),
      startedAt: await oldestStart(database, found),
      rowsRemaining: found.reduce((sum, { rowsRemaining }) => sum + rowsRemaining, 0),
    },
  }
}

/** As the phase store writes times, so that both can be compared as texts. */
async function oldestStart(database: Database, states: readonly BackfillState[]): Promise<string> {
  const { rows } = await database.query<{ at: string }>(
    `select to_char(min(at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from unnest($1::timestamptz[]) as at`,
    [states.map(({ startedAt }) => startedAt)],
  )
  return rows[0]?.at ?? ''
}

/** What a certificate says of another mapping, another schema or another phase proves nothing of these. */
async function certificateOf(
  database: Database,
  migration: Migration,
  phase: StoredPhase | undefined,
): Promise<Observations['certificate']> {
  const { mappings } = migration
  const found = await verifierOf(database, migration).certificate()
  if (found === undefined) return undefined
  const { hashes, issuedAt, ageSeconds } = found
  const changed = mappings.filter((mapping) => hashes[mapping.name] !== mapping.hash)
  const invalid = changed.map(
    (mapping) => `the mapping ${mapping.name} has changed since the last verification`,
  )
  const prints: [string, string][] = []
  for (const mapping of mappings) prints.push([mapping.name, await schemaFingerprint(database, mapping)])
  const print = hashOf(prints.toSorted(([left], [right]) => (left < right ? -1 : 1)))
  if (print !== found.schemaFingerprint) invalid.push('the schema has changed since the last verification')
  if (phase?.fencedAt !== undefined && issuedAt < phase.fencedAt)
    invalid.push(`the last verification is from before ${phase.phase.name} began`)
  return { ageSeconds, invalid }
}

async function reverseOf(
  database: Database,
  migration: Migration,
): Promise<NonNullable<Observations['reverse']>> {
  const { rows, isEverything, failures } = await proveReverse(database, migration)
  return { rows, isEverything, failures: failures.length }
}

async function lossesOf(
  database: Database,
  migration: Migration,
  options: RehearseOptions,
): Promise<NonNullable<Observations['losses']>> {
  const { mappings, isComplete } = await rehearseAndRecord(database, migration, options)
  return {
    isComplete,
    rowsTried: mappings.reduce((sum, { rows }) => sum + rows, 0),
    rows: mappings.reduce((sum, { lostRows }) => sum + lostRows, 0),
    fields: mappings.flatMap(({ mapping, lostFields }) => lostFields.map((field) => `${mapping}.${field}`)),
  }
}
