import { type Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Part } from './chunks.ts'
import { type Finding } from './finding.ts'
import { type Judgement } from './judgement.ts'
import { type Selection } from './selection.ts'
/** What one statement found: exact counts, and the first findings. */
export interface RowsResult {
  readonly part: 'rows'
  readonly rows: number
  readonly missing: number
  readonly mismatched: number
  readonly held: number
  readonly duplicate: number
  /** Rows that are wrong, and rows that are held, by the number of the slot. */
  readonly wrong: readonly number[]
  readonly heldSlots: readonly number[]
  readonly findings: readonly Finding[]
}
export interface OrphansResult {
  readonly part: 'orphans'
  readonly rows: number
  readonly orphaned: number
  readonly findings: readonly Finding[]
}
export type ChunkResult = RowsResult | OrphansResult
/** Reads selections of one mapping. The statements are compiled once for each shape of selection. */
export interface Reader {
  readonly mapping: Mapping
  readonly judgement: Judgement
  read(database: Database, part: Part, selection: Selection, maxRows: number): Promise<ChunkResult>
}
/** `indexed` tells whether target rows can be looked up by their identity, see {@link isIdentityIndexed}. */
export declare function createReader(mapping: Mapping, indexed: boolean): Reader
//# sourceMappingURL=read-chunk.d.ts.map
