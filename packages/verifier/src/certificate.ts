import type { Database, Queryable } from '@changeover/database'
import { hashOf, type Mapping } from '@changeover/mapping'
import { schemaFingerprint } from '@changeover/sync'
import { iso } from './records.ts'
import type { Verification } from './verification.ts'

/** What a clean verification leaves behind. It proves nothing any more once a hash or the fingerprint has changed. */
export interface Certificate {
  readonly id: string
  readonly verification: string
  /** Mapping hashes by name. */
  readonly hashes: Readonly<Record<string, string>>
  readonly schemaFingerprint: string
  readonly issuedAt: string
  readonly ageSeconds: number
}

/** Writes the certificate of a consistent verification and returns its number. */
export async function issueCertificate(
  database: Database,
  mappings: readonly Mapping[],
  { id, migration, mappings: results }: Verification,
): Promise<string> {
  const hashes = Object.fromEntries(mappings.map(({ name, hash }) => [name, hash]))
  const fingerprint = await fingerprintOf(database, mappings)
  const counts = results.map(({ coverage: _coverage, ...each }) => each)
  const coverage = Object.fromEntries(results.map(({ mapping, coverage: each }) => [mapping, each]))
  const { rows } = await database.query<{ id: string }>(
    `INSERT INTO changeover.certificate (migration, verification_id, hashes, schema_fingerprint, counts, coverage, snapshot)
     VALUES ($1, $2::bigint, $3::jsonb, $4, $5::jsonb, $6::jsonb, pg_current_snapshot()::text) RETURNING id::text`,
    [migration, id, JSON.stringify(hashes), fingerprint, JSON.stringify(counts), JSON.stringify(coverage)],
  )
  return rows[0]?.id ?? ''
}

/** The newest certificate of a migration, if it has one. */
export async function latestCertificate(
  database: Database,
  migration: string,
): Promise<Certificate | undefined> {
  const { rows } = await database.query<Omit<Certificate, 'hashes'> & { hashes: string }>(
    `SELECT id::text, verification_id::text AS verification, hashes::text, schema_fingerprint AS "schemaFingerprint",
       ${iso('issued_at')} AS "issuedAt", extract(epoch FROM clock_timestamp() - issued_at)::float8 AS "ageSeconds"
     FROM changeover.certificate AS c WHERE migration = $1 ORDER BY c.id DESC LIMIT 1`,
    [migration],
  )
  const [found] = rows
  return found && { ...found, hashes: JSON.parse(found.hashes) as Record<string, string> } // written by issueCertificate
}

/** One hash over the schema of all mappings. */
async function fingerprintOf(database: Queryable, mappings: readonly Mapping[]): Promise<string> {
  const prints: [string, string][] = []
  for (const mapping of mappings) prints.push([mapping.name, await schemaFingerprint(database, mapping)])
  return hashOf(prints.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/** What a certificate no longer covers, each as a phrase: `the mapping Ticket`, `the schema`. Empty while it holds. */
export async function changesSince(
  database: Queryable,
  mappings: readonly Mapping[],
  { hashes, schemaFingerprint: certified }: Certificate,
): Promise<readonly string[]> {
  const now = new Map(mappings.map(({ name, hash }) => [name, hash]))
  const names = [...new Set([...now.keys(), ...Object.keys(hashes)])]
  const changed = names.filter((name) => now.get(name) !== hashes[name]).map((name) => `the mapping ${name}`)
  const isSame = changed.length > 0 || (await fingerprintOf(database, mappings)) === certified
  return isSame ? changed : ['the schema']
}
