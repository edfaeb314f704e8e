import { type BackfillState, createBackfill } from '@changeover/backfill'
import { type Database, requireServer, type ServerVersion } from '@changeover/database'
import type { Problem } from '@changeover/errors'
import type { StoredPhase } from '@changeover/rollout'
import { createSync, schemaDrift } from '@changeover/sync'
import type { Migration } from './define-migration.ts'
import { phaseOf } from './phase-of.ts'
import { missingPrivileges } from './privileges.ts'
import { type StepState, stepStates } from './step-state.ts'
import { proxyIndexesStep } from './steps.ts'

/** What is known of one mapping without reading its rows. */
export interface MappingState {
  readonly mapping: string
  /** What the mapping says of its tables and the database does not. */
  readonly drift: readonly Problem[]
  /** How far its backfill is; null before the first one. */
  readonly backfill: BackfillState | null
}

/** Where a migration stands in a database. */
export interface MigrationState {
  readonly migration: string
  readonly server: ServerVersion
  readonly user: string
  /** What this user lacks. */
  readonly privileges: readonly Problem[]
  /** Whether there is any bookkeeping to read. */
  readonly hasBooks: boolean
  /** Who leads; null before the first install. */
  readonly phase: StoredPhase | null
  readonly steps: readonly StepState[]
  readonly mappings: readonly MappingState[]
}

/** Steps that nobody needs once legacy is archived. */
const forLegacy: ReadonlySet<string> = new Set(['dual-write', 'proxies', proxyIndexesStep])

/**
 * Looks where a migration stands: server, privileges, drift, installed steps, backfills. Reads catalogs and bookkeeping only.
 *
 * Cost: a handful of statements for each mapping, none of which reads its rows.
 * Errors: DATABASE.TOO_OLD, and DATABASE.* of any statement.
 */
export async function inspect(database: Database, migration: Migration): Promise<MigrationState> {
  const server = await requireServer(database)
  const { rows } = await database.query<{ user: string }>('select current_user::text as user')
  const phase = (await phaseOf(database, migration.name)) ?? null
  const isOver = phase?.phase.name === 'contracted'
  const steps = (await stepStates(database, migration)).filter(({ id }) => !isOver || !forLegacy.has(id))
  const hasBooks = steps.some(({ id, condition }) => id === 'bookkeeping' && condition !== 'missing')
  const backfills = hasBooks ? await backfillStates(database, migration) : []
  const mappings: MappingState[] = []
  for (const mapping of migration.mappings)
    mappings.push({
      mapping: mapping.name,
      drift: isOver ? [] : await schemaDrift(database, mapping),
      backfill: backfills.find((each) => each.mapping === mapping.name) ?? null,
    })
  return {
    migration: migration.name,
    server,
    user: rows[0]?.user ?? '',
    privileges: await missingPrivileges(database, migration),
    hasBooks,
    phase,
    steps,
    mappings,
  }
}

function backfillStates(
  database: Database,
  { name, mappings }: Migration,
): Promise<readonly BackfillState[]> {
  return createBackfill({ database, sync: createSync(mappings), migration: name }).states()
}
