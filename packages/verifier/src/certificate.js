import { hashOf } from '@changeover/mapping'
import { schemaFingerprint } from '@changeover/sync'
import { iso } from './records.js'
/** Writes the certificate of a consistent verification and returns its number. */
export async function issueCertificate(database, mappings, { id, migration, mappings: results }) {
  const hashes = Object.fromEntries(mappings.map(({ name, hash }) => [name, hash]))
  const fingerprint = await fingerprintOf(database, mappings)
  const counts = results.map(({ coverage: _coverage, ...each }) => each)
  const coverage = Object.fromEntries(results.map(({ mapping, coverage: each }) => [mapping, each]))
  const { rows } = await database.query(
    `INSERT INTO changeover.certificate (migration, verification_id, hashes, schema_fingerprint, counts, coverage, snapshot)
     VALUES ($1, $2::bigint, $3::jsonb, $4, $5::jsonb, $6::jsonb, pg_current_snapshot()::text) RETURNING id::text`,
    [migration, id, JSON.stringify(hashes), fingerprint, JSON.stringify(counts), JSON.stringify(coverage)],
  )
  return rows[0]?.id ?? ''
}
/** The newest certificate of a migration, if it has one. */
export async function latestCertificate(database, migration) {
  const { rows } = await database.query(
    `SELECT id::text, verification_id::text AS verification, hashes::text, schema_fingerprint AS "schemaFingerprint",
       ${iso('issued_at')} AS "issuedAt", extract(epoch FROM clock_timestamp() - issued_at)::float8 AS "ageSeconds"
     FROM changeover.certificate WHERE migration = $1 ORDER BY id DESC LIMIT 1`,
    [migration],
  )
  const [found] = rows
  return found && { ...found, hashes: JSON.parse(found.hashes) } // written by issueCertificate
}
/** One hash over the schema of all mappings. */
export async function fingerprintOf(database, mappings) {
  const prints = []
  for (const mapping of mappings) prints.push([mapping.name, await schemaFingerprint(database, mapping)])
  return hashOf(prints.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
//# sourceMappingURL=certificate.js.map
