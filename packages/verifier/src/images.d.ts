import type { Transaction } from '@changeover/database'
import { type Mapping, type Table } from '@changeover/mapping'
import { type Key } from '@changeover/sync'
import type { Authority } from './verification.ts'
/** A row with its links, as JSON text in which every value can be read back exactly. */
export interface Image {
  readonly rowKey: Key
  readonly row: string
  readonly links: string
}
/** Images by the JSON text of their row key. */
export type Images = ReadonlyMap<string, Image>
/** The side of a mapping that is written, by the side that is right. */
export type Side = Authority
/** Times in images must not depend on the session. */
export declare const utc = "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true)"
/** Rows of one side that have these legacy keys. */
export declare function imagesOfKeys(
  tx: Transaction,
  mapping: Mapping,
  side: Side,
  keys: readonly Key[],
): Promise<Images>
/** Rows of one side that have these keys of its own table. */
export declare function imagesOfRows(
  tx: Transaction,
  mapping: Mapping,
  side: Side,
  rowKeys: readonly Key[],
): Promise<Images>
/** Locks rows of one side by the keys of its own table, in their order. */
export declare function lockRows(tx: Transaction, table: Table, rowKeys: readonly Key[]): Promise<void>
//# sourceMappingURL=images.d.ts.map
