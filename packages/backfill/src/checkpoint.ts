import {
  type Database,
  errors as databaseErrors,
  type Queryable,
  type Transaction,
} from '@changeover/database'
import { type Failure, failureToJson, isFailure } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import type { Key } from '@changeover/sync'
import type { Counts } from './counts.ts'
import { errors } from './errors.ts'
import { readKeyDefinition } from './key-definition.ts'
import { readLastKey } from './key-pages.ts'
import { watchSchema, type SchemaWatch } from './schema-watch.ts'
import type { Throttle } from './throttle.ts'

/** Whose checkpoint: one row of the ledger. */
export interface Place {
  readonly migration: string
  readonly mapping: Mapping
}

/** The checkpoint as its holder knows it. `token` grows with each run: a holder whose token is not the ledger's is fenced off. */
export interface Checkpoint extends Place {
  readonly token: string
  readonly cursor: Key | undefined
  /** Rows above it are the affair of dual write; undefined where the table was empty. */
  readonly upTo: Key | undefined
  /** What earlier runs have done. */
  readonly counts: Counts
  readonly schema: SchemaWatch
}

interface LedgerRow {
  readonly mappingHash: string
  readonly keyDefinition: string
  readonly fingerprint: string
}

/**
 * Takes the checkpoint for a new run, in one short transaction: makes it, continues it, or begins again with `restart`.
 * After a finished run it continues with the rows that have come above the old bound.
 *
 * Errors: BACKFILL.ALREADY_RUNNING while another run is inside a batch, CHECKPOINT_STALE, SCHEMA_CHANGED, NOT_INSTALLED.
 */
export async function openCheckpoint(
  database: Database,
  place: Place,
  options: { readonly restart: boolean },
): Promise<Checkpoint> {
  return database
    .transaction((tx) => open(tx, place, options), { isolation: 'read committed' })
    .catch((error: unknown) => {
      if (!isFailure(error, databaseErrors.TABLE_MISSING.code)) throw error
      throw errors.NOT_INSTALLED({ table: 'changeover.backfill' }, { cause: error })
    })
}

async function open(tx: Transaction, place: Place, { restart }: { readonly restart: boolean }) {
  const keyDefinition = await readKeyDefinition(tx, place.mapping)
  const known = await lockRow(tx, place, keyDefinition)
  if (!restart && known !== undefined) requireSame(place, known, keyDefinition)
  const schema = await watchSchema(tx, place.mapping, restart ? undefined : known?.fingerprint)
  const bound = (await readLastKey(tx, place.mapping)) ?? null
  if (restart) await clear(tx, place)
  const { rows } = await tx.query<{ token: string; cursor: string; upTo: string; counts: string }>(
    `UPDATE changeover.backfill SET token = token + 1, state = 'running', failure = NULL, finished_at = NULL,
       mapping_hash = $3, key_definition = $4, schema_fingerprint = $5, updated_at = clock_timestamp(),
       upper_bound = CASE WHEN state = 'done' OR upper_bound IS NULL THEN $6::text[] ELSE upper_bound END
     WHERE migration = $1 AND mapping = $2
     RETURNING token::text AS token, to_json(cursor)::text AS cursor, to_json(upper_bound)::text AS "upTo",
       json_build_object('rows', rows_done, 'inserted', inserted, 'updated', updated, 'linked', linked,
         'unlinked', unlinked, 'batches', batches)::text AS counts`,
    [place.migration, place.mapping.name, place.mapping.hash, keyDefinition, schema.fingerprint(), bound],
  )
  const [row] = rows
  if (row === undefined) throw errors.TAKEN_OVER({ mapping: place.mapping.name })
  const counts = JSON.parse(row.counts) as Counts // built three lines above
  return { ...place, token: row.token, cursor: keyFrom(row.cursor), upTo: keyFrom(row.upTo), counts, schema }
}

/** Locks the ledger's row, made if need be; says what an earlier run left in it. */
async function lockRow(tx: Transaction, place: Place, keyDefinition: string): Promise<LedgerRow | undefined> {
  const { migration, mapping } = place
  await tx.query(
    `INSERT INTO changeover.backfill (migration, mapping, state, token, mapping_hash, key_definition, schema_fingerprint)
     VALUES ($1, $2, 'stopped', 0, $3, $4, '') ON CONFLICT (migration, mapping) DO NOTHING`,
    [migration, mapping.name, mapping.hash, keyDefinition],
  )
  const { rows } = await tx.query<LedgerRow & { readonly used: boolean }>(
    `SELECT mapping_hash AS "mappingHash", key_definition AS "keyDefinition", schema_fingerprint AS fingerprint, token > 0 AS used
     FROM changeover.backfill WHERE migration = $1 AND mapping = $2 FOR UPDATE SKIP LOCKED`,
    [migration, mapping.name],
  )
  const [row] = rows
  if (row === undefined)
    throw errors.ALREADY_RUNNING({ mapping: mapping.name, updatedAt: await updatedAt(tx, place) })
  return row.used ? row : undefined
}

async function updatedAt(tx: Transaction, { migration, mapping }: Place): Promise<string> {
  const { rows } = await tx.query<{ at: string }>(
    'SELECT updated_at::text AS at FROM changeover.backfill WHERE migration = $1 AND mapping = $2',
    [migration, mapping.name],
  )
  return rows[0]?.at ?? 'not yet'
}

/** Errors: BACKFILL.CHECKPOINT_STALE. */
function requireSame({ mapping }: Place, known: LedgerRow, keyDefinition: string): void {
  const stale = (changed: string, was: string, is: string) =>
    errors.CHECKPOINT_STALE({ mapping: mapping.name, changed, was, is })
  if (known.mappingHash !== mapping.hash) throw stale('mapping', known.mappingHash, mapping.hash)
  if (known.keyDefinition !== keyDefinition) throw stale('key', known.keyDefinition, keyDefinition)
}

async function clear(tx: Transaction, { migration, mapping }: Place): Promise<void> {
  await tx.query(
    `UPDATE changeover.backfill SET cursor = NULL, upper_bound = NULL, rows_done = 0, rows_remaining = 0, inserted = 0,
       updated = 0, linked = 0, unlinked = 0, batches = 0, started_at = clock_timestamp()
     WHERE migration = $1 AND mapping = $2`,
    [migration, mapping.name],
  )
  await tx.query('DELETE FROM changeover.quarantine WHERE migration = $1 AND mapping = $2', [
    migration,
    mapping.name,
  ])
}

/**
 * Holds the checkpoint until the transaction ends, so that another run sees this one at work.
 * Errors: BACKFILL.TAKEN_OVER where it is somebody else's by now.
 */
export async function holdCheckpoint(
  tx: Transaction,
  checkpoint: Checkpoint,
  cursor: Key | undefined,
): Promise<void> {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM changeover.backfill WHERE migration = $1 AND mapping = $2
       AND token = $3::bigint AND cursor IS NOT DISTINCT FROM $4::text[] FOR NO KEY UPDATE`,
    [checkpoint.migration, checkpoint.mapping.name, checkpoint.token, cursor ?? null],
  )
  if (rowCount !== 1) throw errors.TAKEN_OVER({ mapping: checkpoint.mapping.name })
}

interface Advance {
  readonly from: Key | undefined
  readonly to: Key
  readonly counts: Counts
  readonly rowsRemaining: number
  readonly throttle: Throttle | null
}

/**
 * Moves the cursor and adds to the counts, if token and cursor still are what the holder believes.
 * Units: gives the time of the database, in seconds. Errors: BACKFILL.TAKEN_OVER.
 */
export async function advanceCheckpoint(
  tx: Transaction,
  checkpoint: Checkpoint,
  { from, to, counts, rowsRemaining, throttle }: Advance,
): Promise<number> {
  const { rows, inserted, updated, linked, unlinked, batches } = counts
  const moved = await tx.query<{ atSeconds: number }>(
    `UPDATE changeover.backfill SET cursor = $5::text[], rows_done = rows_done + $6::int, inserted = inserted + $7::int,
       updated = updated + $8::int, linked = linked + $9::int, unlinked = unlinked + $10::int, batches = batches + $11::int,
       schema_fingerprint = $12, rows_remaining = $13::bigint, throttle = $14, updated_at = clock_timestamp()
     WHERE migration = $1 AND mapping = $2 AND token = $3::bigint AND cursor IS NOT DISTINCT FROM $4::text[]
     RETURNING extract(epoch FROM updated_at)::float8 AS "atSeconds"`,
    [
      checkpoint.migration,
      checkpoint.mapping.name,
      checkpoint.token,
      from ?? null,
      to,
      rows,
      inserted,
      updated,
      linked,
      unlinked,
      batches,
      checkpoint.schema.fingerprint(),
      rowsRemaining,
      throttle && JSON.stringify(throttle),
    ],
  )
  const [row] = moved.rows
  if (row === undefined) throw errors.TAKEN_OVER({ mapping: checkpoint.mapping.name })
  return row.atSeconds
}

/** Writes down how the run ended; nothing where another run has taken over. */
export async function closeCheckpoint(
  queryable: Queryable,
  checkpoint: Checkpoint,
  state: 'stopped' | 'failed' | 'done',
  failure?: Failure,
): Promise<void> {
  await queryable.query(
    `UPDATE changeover.backfill SET state = $4, failure = $5, throttle = NULL, updated_at = clock_timestamp(),
       rows_remaining = CASE WHEN $4 = 'done' THEN 0 ELSE rows_remaining END,
       finished_at = CASE WHEN $4 = 'done' THEN clock_timestamp() END
     WHERE migration = $1 AND mapping = $2 AND token = $3::bigint`,
    [
      checkpoint.migration,
      checkpoint.mapping.name,
      checkpoint.token,
      state,
      failure === undefined ? null : JSON.stringify(failureToJson(failure)),
    ],
  )
}

function keyFrom(json: string | null): Key | undefined {
  return json === null ? undefined : (JSON.parse(json) as Key) // a list of texts by its column
}
