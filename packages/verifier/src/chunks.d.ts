import type { Queryable } from '@changeover/database'
import { type Mapping } from '@changeover/mapping'
import type { Key } from '@changeover/sync'
/** rows: legacy rows with their target rows. orphans: target rows that may have no legacy row. */
export type Part = 'rows' | 'orphans'
/** A key range of one side of a mapping, read by one statement. */
export interface Chunk {
  readonly mapping: string
  readonly part: Part
  /** From 0, without gaps, in key order. */
  readonly number: number
  /** Exclusive; null for the first chunk, which begins before every key. */
  readonly after: Key | null
  /** Inclusive; null for the last chunk, which ends after every key. */
  readonly upTo: Key | null
}
/**
 * Divides both sides of a mapping into chunks that together cover every key there is or will be: the first and the last are
 * open, so that nothing falls between, before or behind them.
 *
 * Cost: one scan of each side's key index.
 */
export declare function planChunks(
  database: Queryable,
  mapping: Mapping,
  chunkRows: number,
): Promise<readonly Chunk[]>
/** The chunks that these keys, in order, divide a side into: one more than there are keys. */
export declare function chunksBetween(mapping: string, part: Part, keys: readonly Key[]): readonly Chunk[]
//# sourceMappingURL=chunks.d.ts.map
