import type { Database } from '@changeover/database'
import type { Verification } from './verification.ts'
/** The last verification of a migration that came to its end, as it was returned then. */
export declare function lastVerification(
  database: Database,
  migration: string,
): Promise<Verification | undefined>
//# sourceMappingURL=last-verification.d.ts.map
