import type { Database, Queryable } from '@changeover/database'
import { type Mapping } from '@changeover/mapping'
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
export declare function issueCertificate(
  database: Database,
  mappings: readonly Mapping[],
  { id, migration, mappings: results }: Verification,
): Promise<string>
/** The newest certificate of a migration, if it has one. */
export declare function latestCertificate(
  database: Database,
  migration: string,
): Promise<Certificate | undefined>
/** One hash over the schema of all mappings. */
export declare function fingerprintOf(database: Queryable, mappings: readonly Mapping[]): Promise<string>
//# sourceMappingURL=certificate.d.ts.map
