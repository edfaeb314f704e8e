import { isFailure } from '@changeover/errors'
import type { Database, Queryable } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Chunk } from './chunks.ts'
import { errors } from './errors.ts'
import type { ChunkResult } from './read-chunk.ts'
import type { ChunkState } from './summary.ts'
import type { Settings, Verification } from './verification.ts'

/** Where the chunks of one verification are kept, so that it can be taken up again. */
export interface Record {
  /** null where nothing is recorded. */
  readonly id: string | null
  readonly startedAt: string
  /** The chunks planned before, with their results; empty for a new verification. */
  readonly chunks: readonly ChunkState[]
  plan(chunks: readonly Chunk[]): Promise<void>
  /** Keeps the result of a chunk; a second one for the same chunk replaces the first. */
  keep(chunk: Chunk, result: ChunkResult): Promise<void>
  finish(verification: Verification): Promise<void>
}

export interface RecordOptions {
  readonly migration: string
  readonly settings: Settings
  readonly mappings: readonly Mapping[]
}

/** A verification that leaves nothing behind. */
export async function unrecorded(database: Queryable): Promise<Record> {
  const nothing = async () => {}
  return {
    id: null,
    startedAt: await clock(database),
    chunks: [],
    plan: nothing,
    keep: nothing,
    finish: nothing,
  }
}

/** Begins a record. Errors: VERIFIER.NOT_INSTALLED. */
export async function beginRecord(database: Database, options: RecordOptions): Promise<Record> {
  const { rows } = await installed(() =>
    database.query<{ id: string; at: string }>(
      `INSERT INTO changeover.verification (migration, settings, hashes) VALUES ($1, $2::jsonb, $3::jsonb)
       RETURNING id::text, ${iso('started_at')} AS at`,
      [options.migration, JSON.stringify(options.settings), hashes(options.mappings)],
    ),
  )
  return recordOf(database, rows[0]?.id ?? '', rows[0]?.at ?? '', [])
}

interface Begun {
  readonly at: string
  readonly same: boolean
  readonly settings: string
}

/**
 * Takes an interrupted verification up again, with the settings it began with.
 *
 * Errors: VERIFIER.VERIFICATION_UNKNOWN; VERIFIER.VERIFICATION_STALE where a mapping has changed meanwhile.
 */
export async function resumeRecord(
  database: Database,
  id: string,
  { migration, mappings }: Omit<RecordOptions, 'settings'>,
): Promise<{ readonly record: Record; readonly settings: Settings }> {
  const { rows } = await installed(() =>
    database.query<Begun>(
      `SELECT ${iso('started_at')} AS at, hashes = $3::jsonb AS same, settings::text FROM changeover.verification
       WHERE id::text = $1 AND migration = $2`,
      [id, migration, hashes(mappings)],
    ),
  )
  const [begun] = rows
  if (!begun) throw errors.VERIFICATION_UNKNOWN({ id, migration })
  if (!begun.same) throw errors.VERIFICATION_STALE({ id, changed: 'a mapping, or the list of mappings,' })
  const settings = JSON.parse(begun.settings) as Settings // written by beginRecord
  const place = ({ chunk }: ChunkState) => mappings.findIndex(({ name }) => name === chunk.mapping)
  const chunks = (await chunksOf(database, id)).toSorted((left, right) => place(left) - place(right))
  return { record: recordOf(database, id, begun.at, chunks), settings }
}

function recordOf(database: Database, id: string, startedAt: string, chunks: readonly ChunkState[]): Record {
  return {
    id,
    startedAt,
    chunks,
    async plan(planned) {
      await database.query(
        `INSERT INTO changeover.verification_chunk (verification_id, mapping, part, number, after_key, up_to_key)
         SELECT $1::bigint, mapping, part, number, after, "upTo" FROM jsonb_to_recordset($2::jsonb)
           AS chunk(mapping text, part text, number integer, after jsonb, "upTo" jsonb)
         ON CONFLICT DO NOTHING`,
        [id, JSON.stringify(planned)],
      )
    },
    async keep(chunk, result) {
      await database.query(
        `UPDATE changeover.verification_chunk SET result = $5::jsonb, done_at = clock_timestamp()
         WHERE verification_id = $1::bigint AND mapping = $2 AND part = $3 AND number = $4::int`,
        [id, chunk.mapping, chunk.part, chunk.number, storable(result)],
      )
    },
    async finish(verification) {
      await database.query(
        `UPDATE changeover.verification SET finished_at = clock_timestamp(), verdict = $2, result = $3::jsonb WHERE id = $1::bigint`,
        [id, verification.verdict, storable(verification)],
      )
    },
  }
}

async function chunksOf(database: Queryable, id: string): Promise<readonly ChunkState[]> {
  const { rows } = await database.query<{ chunk: string; result: string | null }>(
    `SELECT jsonb_build_object('mapping', mapping, 'part', part, 'number', number, 'after', after_key, 'upTo', up_to_key)::text AS chunk,
       result::text FROM changeover.verification_chunk WHERE verification_id = $1::bigint ORDER BY mapping, part DESC, number`,
    [id],
  )
  return rows.map(({ chunk, result }) => ({
    chunk: JSON.parse(chunk) as Chunk, // written by plan()
    result: result === null ? null : (JSON.parse(result) as ChunkResult), // written by keep()
  }))
}

/** The time of the database, in UTC. */
export async function clock(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ at: string }>(`SELECT ${iso('clock_timestamp()')} AS at`)
  return rows[0]?.at ?? ''
}

export async function installed<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (isFailure(error, 'DATABASE.TABLE_MISSING'))
      throw errors.NOT_INSTALLED({ table: 'changeover.verification' }, { cause: error })
    throw error
  }
}

export function iso(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

function hashes(mappings: readonly Mapping[]): string {
  return JSON.stringify(Object.fromEntries(mappings.map(({ name, hash }) => [name, hash])))
}

/** jsonb holds neither NUL nor half a surrogate pair, which a value cut at its longest could end in. */
function storable(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? each.replaceAll('\0', '\uFFFD').toWellFormed() : each,
  )
}
