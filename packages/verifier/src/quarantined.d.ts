import type { Queryable } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
/** How many rows of a mapping the backfill has set aside; null where there is no such ledger, or none that this user may read. */
export declare function quarantinedRows(
  database: Queryable,
  migration: string,
  mapping: Mapping,
): Promise<number | null>
//# sourceMappingURL=quarantined.d.ts.map
