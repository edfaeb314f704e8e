import type { Transaction } from '@changeover/database'
import { type Mapping, type Table } from '@changeover/mapping'
import { type Key } from '@changeover/sync'
import type { Side } from './images.ts'
/** Writes a row from its image, every column that can be written, whether or not the mapping knows it. */
export declare function insertRow(tx: Transaction, table: Table, image: string): Promise<void>
export declare function updateRow(tx: Transaction, table: Table, rowKey: Key, image: string): Promise<void>
export declare function deleteRow(tx: Transaction, table: Table, rowKey: Key): Promise<void>
/** Makes the links of a row those of an image: JSON text of lists of rows by the name of the links. */
export declare function replaceLinks(
  tx: Transaction,
  mapping: Mapping,
  side: Side,
  rowKey: Key,
  image: string,
): Promise<void>
//# sourceMappingURL=restore.d.ts.map
