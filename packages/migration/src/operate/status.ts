import { type Health, type ShadowStatistics, shadowStatistics } from '@changeover/rollout'
import type { Certificate, PastVerification } from '@changeover/verifier'
import { inspect, type MigrationState } from '../inspect.ts'
import { nextCommand, type NextCommand } from '../next-command.ts'
import { observeHealth } from '../observe-health.ts'
import { problemsOf } from '../plan.ts'
import { type RecordedRehearsal, recordedRehearsal } from '../rehearsal-ledger.ts'
import { verifierOf } from '../verifier-of.ts'
import { leadingOf, type Leading } from './leading.ts'
import type { Operating } from './operating.ts'

/** Where a migration stands, and what to do next. */
export interface Status {
  readonly flags: Leading
  readonly state: MigrationState
  /** The last one that came to its end. */
  readonly verification: PastVerification | null
  /** The last ones, newest first: how far both sides were apart, over time. */
  readonly drift: readonly PastVerification[]
  readonly certificate: (Certificate & { readonly isCurrent: boolean }) | null
  /** What the way back could not give back, when it was last tried on all rows. */
  readonly rehearsal: RecordedRehearsal | null
  /** Null before both sides are written. */
  readonly health: Health | null
  /** Shadow reads since then, by operation. */
  readonly shadow: readonly ShadowStatistics[]
  readonly next: NextCommand
}

/** Tells where a migration stands. Cost: statements on bookkeeping and catalogs, none that reads rows. */
export async function statusOf(operating: Operating): Promise<Status> {
  const { database, migration } = operating
  const state = await inspect(database, migration)
  const flags = await leadingOf(operating)
  return {
    flags,
    state,
    ...(state.hasBooks ? await verified(operating) : notVerified),
    ...(await measured(operating, flags)),
    next: nextCommand(migration, state, problemsOf(state)),
  }
}

type Verified = Pick<Status, 'verification' | 'drift' | 'certificate' | 'rehearsal'>

const notVerified: Verified = { verification: null, drift: [], certificate: null, rehearsal: null }

async function verified({ database, migration }: Operating): Promise<Verified> {
  const verifier = verifierOf(database, migration)
  const drift = await verifier.series({ limit: 20 })
  const found = await verifier.certificate()
  const isCurrent = migration.mappings.every((mapping) => found?.hashes[mapping.name] === mapping.hash)
  return {
    verification: drift[0] ?? null,
    drift,
    certificate: found ? { ...found, isCurrent } : null,
    rehearsal: (await recordedRehearsal(database, migration.name)) ?? null,
  }
}

async function measured(
  { database, migration }: Operating,
  { stored }: Leading,
): Promise<Pick<Status, 'health' | 'shadow'>> {
  if (stored?.syncedSince === undefined) return { health: null, shadow: [] }
  return {
    health: await observeHealth(database, migration, stored),
    shadow: await shadowStatistics(database, migration.name, stored.syncedSince),
  }
}
