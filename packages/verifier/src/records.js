import { isFailure } from '@changeover/errors'
import { errors } from './errors.js'
/** A verification that leaves nothing behind. */
export async function unrecorded(database) {
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
export async function beginRecord(database, options) {
  const { rows } = await installed(() =>
    database.query(
      `INSERT INTO changeover.verification (migration, settings, hashes) VALUES ($1, $2::jsonb, $3::jsonb)
       RETURNING id::text, ${iso('started_at')} AS at`,
      [options.migration, JSON.stringify(options.settings), hashes(options.mappings)],
    ),
  )
  return recordOf(database, rows[0]?.id ?? '', rows[0]?.at ?? '', [])
}
/**
 * Takes an interrupted verification up again, with the settings it began with.
 *
 * Errors: VERIFIER.VERIFICATION_UNKNOWN; VERIFIER.VERIFICATION_STALE where a mapping has changed meanwhile.
 */
export async function resumeRecord(database, id, { migration, mappings }) {
  const { rows } = await installed(() =>
    database.query(
      `SELECT ${iso('started_at')} AS at, hashes = $3::jsonb AS same, settings::text FROM changeover.verification
       WHERE id::text = $1 AND migration = $2`,
      [id, migration, hashes(mappings)],
    ),
  )
  const [begun] = rows
  if (!begun) throw errors.VERIFICATION_UNKNOWN({ id, migration })
  if (!begun.same) throw errors.VERIFICATION_STALE({ id, changed: 'a mapping, or the list of mappings,' })
  const settings = JSON.parse(begun.settings) // written by beginRecord
  return { record: recordOf(database, id, begun.at, await chunksOf(database, id)), settings }
}
function recordOf(database, id, startedAt, chunks) {
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
async function chunksOf(database, id) {
  const { rows } = await database.query(
    `SELECT jsonb_build_object('mapping', mapping, 'part', part, 'number', number, 'after', after_key, 'upTo', up_to_key)::text AS chunk,
       result::text FROM changeover.verification_chunk WHERE verification_id = $1::bigint ORDER BY mapping, part DESC, number`,
    [id],
  )
  return rows.map(({ chunk, result }) => ({
    chunk: JSON.parse(chunk), // written by plan()
    result: result === null ? null : JSON.parse(result), // written by keep()
  }))
}
/** The time of the database, in UTC. */
export async function clock(database) {
  const { rows } = await database.query(`SELECT ${iso('clock_timestamp()')} AS at`)
  return rows[0]?.at ?? ''
}
export async function installed(ask) {
  try {
    return await ask()
  } catch (error) {
    if (isFailure(error, 'DATABASE.TABLE_MISSING'))
      throw errors.NOT_INSTALLED({ table: 'changeover.verification' }, { cause: error })
    throw error
  }
}
export function iso(expression) {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
function hashes(mappings) {
  return JSON.stringify(Object.fromEntries(mappings.map(({ name, hash }) => [name, hash])))
}
/** jsonb holds neither NUL nor half a surrogate pair, which a value cut at its longest could end in. */
function storable(value) {
  return JSON.stringify(value, (_key, each) =>
    typeof each === 'string' ? each.replaceAll('\0', '\uFFFD').toWellFormed() : each,
  )
}
//# sourceMappingURL=records.js.map
