import { type Mapping } from '@changeover/mapping'
import { type Sql } from '@changeover/mapping/sql'
import { type Judgement } from './judgement.ts'
import { type SelectionShape } from './selection.ts'
/**
 * Compares the legacy rows of a selection with their target rows: one statement, so one picture of both sides, whatever is
 * written meanwhile. Every pair of rows is judged once, as a whole; only those that look wrong are judged slot by slot.
 *
 * Parameters: those of the selection, then the number of rows to describe. Shape: one row, `result`, JSON text of `rows`,
 * `missing`, `mismatched`, `held`, `duplicate`, `wrong` and `heldSlots` (rows for each slot), and `findings`.
 */
export declare function compareSql(
  mapping: Mapping,
  judgement: Judgement,
  shape: SelectionShape,
  indexed: boolean,
): Sql
//# sourceMappingURL=compare-statement.d.ts.map
