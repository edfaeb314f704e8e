import { type Problem } from '@changeover/errors'
import type { Queryable } from '@changeover/database'
import { type Mapping } from '@changeover/mapping'
/** Whether a mapping can be read at all, and what keeps a verification of it from being complete. */
export interface Preconditions {
  readonly readable: boolean
  readonly reasons: readonly Problem[]
}
/**
 * Looks at every table that the comparison of a mapping reads: that it is there as described and with no legacy column of which
 * the mapping says nothing, that this user may read all of it, and that its key identifies rows.
 *
 * Cost: one look into the catalogs for the schema, and one for each table.
 */
export declare function preconditionsOf(database: Queryable, mapping: Mapping): Promise<Preconditions>
//# sourceMappingURL=preconditions.d.ts.map
