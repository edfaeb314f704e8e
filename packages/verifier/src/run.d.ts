import { type Problem } from '@changeover/errors'
import type { Database } from '@changeover/database'
import type { Chunk } from './chunks.ts'
import type { Finding } from './finding.ts'
import type { Reader } from './read-chunk.ts'
import type { Record } from './records.ts'
import type { ChunkState } from './summary.ts'
/** How far a verification has come. */
export interface Progress {
  readonly mapping: string
  readonly part: Chunk['part']
  readonly chunksDone: number
  readonly chunks: number
  readonly rowsRead: number
  /** Rows found wrong so far, held ones included. */
  readonly wrong: number
}
export interface RunOptions {
  readonly workers: number
  readonly maxFindings: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly onFinding?: ((finding: Finding) => void) | undefined
}
export interface RunResult {
  readonly chunks: readonly ChunkState[]
  readonly reasons: readonly Problem[]
}
/**
 * Reads every chunk that has no result yet, several at a time, and records each.
 *
 * Errors: those of the environment, after which the verification can be resumed.
 */
export declare function runChunks(
  database: Database,
  readers: ReadonlyMap<string, Reader>,
  chunks: readonly ChunkState[],
  record: Record,
  options: RunOptions,
): Promise<RunResult>
//# sourceMappingURL=run.d.ts.map
