import { type Mapping } from '@changeover/mapping'
import { type Sql } from '@changeover/mapping/sql'
import { type SelectionShape } from './selection.ts'
/**
 * Looks for a legacy row behind each target row of a selection, in one statement. A target row whose identity is NULL or no
 * legacy key has none. Target rows are read in the order of their own key, which never changes, so that none is passed over.
 *
 * Parameters: those of the selection, then the number of rows to describe. Shape: one row, `result`, JSON text of `rows`,
 * `orphaned` and `findings`.
 */
export declare function orphanSql(mapping: Mapping, shape: SelectionShape): Sql
//# sourceMappingURL=orphan-statement.d.ts.map
