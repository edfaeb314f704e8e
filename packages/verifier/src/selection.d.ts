import { type Table } from '@changeover/mapping'
import { type Sql } from '@changeover/mapping/sql'
import { type Key } from '@changeover/sync'
/**
 * Which rows of a table a statement reads: those after a key (exclusive) up to a key (inclusive), an absent end being open;
 * or those of given keys.
 */
export type Selection =
  | {
      readonly by: 'range'
      readonly after: Key | null
      readonly upTo: Key | null
    }
  | {
      readonly by: 'keys'
      readonly keys: readonly Key[]
    }
/** What of a selection shapes the text of its statement. */
export interface SelectionShape {
  readonly by: Selection['by']
  readonly after: boolean
  readonly upTo: boolean
}
export declare function shapeOf(selection: Selection): SelectionShape
/** The columns of a table's key. */
export declare function keyColumns(table: Table, alias: string): readonly Sql[]
/**
 * The condition on a table's key, in parameters from `$1` on, with the number of the next free parameter. `key` are other
 * expressions that hold the same key.
 */
export declare function selectionSql(
  table: Table,
  alias: string,
  { by, after, upTo }: SelectionShape,
  key?: readonly Sql[],
): {
  conditions: Sql[]
  next: number
}
/** Values for the parameters of {@link selectionSql}. */
export declare function selectionParameters(table: Table, selection: Selection): readonly unknown[]
//# sourceMappingURL=selection.d.ts.map
