import { type Mapping } from '@changeover/mapping'
import type { Chunk } from './chunks.ts'
import type { Finding } from './finding.ts'
import type { Judgement } from './judgement.ts'
import type { ChunkResult } from './read-chunk.ts'
import type { MappingVerification } from './verification.ts'
/** A chunk and what was found in it; no result where it has not been read. */
export interface ChunkState {
  readonly chunk: Chunk
  readonly result: ChunkResult | null
}
/** Adds up the chunks of one mapping. The order in which they were read makes no difference. */
export declare function summaryOf(
  mapping: Mapping,
  judgement: Judgement,
  chunks: readonly ChunkState[],
): Omit<MappingVerification, 'quarantined'>
/** The first findings in the order of mappings and chunks, wrong ones before held ones, and how many more there are. */
export declare function firstFindings(chunks: readonly ChunkState[], most: number): readonly Finding[]
/** How many findings there are in all, whether or not they were kept: one for each wrong slot and each wrong row. */
export declare function countFindings(mappings: readonly Omit<MappingVerification, 'quarantined'>[]): number
//# sourceMappingURL=summary.d.ts.map
