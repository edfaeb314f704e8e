import {
  inspect,
  type MigrationState,
  nextCommand,
  type NextCommand,
  observeHealth,
  problemsOf,
} from '@changeover/migration'
import { type Health, type ShadowStatistics, shadowStatistics } from '@changeover/rollout'
import type { Certificate, Verification } from '@changeover/verifier'
import { exitCodes } from '../exit-code.ts'
import { leadingOf, type Leading } from '../leading.ts'
import type { Outcome } from '../outcome.ts'
import { statusText } from '../render/status-text.ts'
import type { Session } from '../session.ts'
import { verifierOf } from '../verifier-of.ts'

/** Where a migration stands, and what to do next. */
export interface Status {
  readonly flags: Leading
  readonly state: MigrationState
  readonly verification: Pick<Verification, 'id' | 'verdict' | 'finishedAt'> | null
  readonly certificate: (Certificate & { readonly isCurrent: boolean }) | null
  /** Null before both sides are written. */
  readonly health: Health | null
  /** Shadow reads since then, by operation. */
  readonly shadow: readonly ShadowStatistics[]
  readonly next: NextCommand
}

/** Reads bookkeeping and catalogs, no rows. */
export async function status(session: Session): Promise<Outcome> {
  const { database, migration } = session
  const state = await inspect(database, migration)
  const flags = await leadingOf(session)
  const made: Status = {
    flags,
    state,
    ...(state.hasBooks ? await verified(session) : { verification: null, certificate: null }),
    ...(await measured(session, flags)),
    next: nextCommand(migration, state, problemsOf(state)),
  }
  return { exitCode: exitCodes.fine, data: made, text: statusText(migration, made) }
}

async function measured(
  { database, migration }: Session,
  { stored }: Leading,
): Promise<Pick<Status, 'health' | 'shadow'>> {
  if (stored?.syncedSince === undefined) return { health: null, shadow: [] }
  return {
    health: await observeHealth(database, migration, stored),
    shadow: await shadowStatistics(database, migration.name, stored.syncedSince),
  }
}

async function verified(session: Session): Promise<Pick<Status, 'verification' | 'certificate'>> {
  const { mappings } = session.migration
  const verifier = verifierOf(session)
  const last = await verifier.last()
  const found = await verifier.certificate()
  return {
    verification: last ? { id: last.id, verdict: last.verdict, finishedAt: last.finishedAt } : null,
    certificate: found
      ? { ...found, isCurrent: mappings.every((mapping) => found.hashes[mapping.name] === mapping.hash) }
      : null,
  }
}
