import type { Database, Queryable } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Chunk } from './chunks.ts'
import type { ChunkResult } from './read-chunk.ts'
import type { ChunkState } from './summary.ts'
import type { Settings, Verification } from './verification.ts'
/** Where the chunks of one verification are kept, so that it can be taken up again. */
export interface Record {
  /** null where nothing is recorded. */
  readonly id: string | null
  readonly startedAt: string
  /** The chunks planned before, with their results; empty for a new verification. */
  readonly chunks: readonly ChunkState[]
  plan(chunks: readonly Chunk[]): Promise<void>
  /** Keeps the result of a chunk; a second one for the same chunk replaces the first. */
  keep(chunk: Chunk, result: ChunkResult): Promise<void>
  finish(verification: Verification): Promise<void>
}
export interface RecordOptions {
  readonly migration: string
  readonly settings: Settings
  readonly mappings: readonly Mapping[]
}
/** A verification that leaves nothing behind. */
export declare function unrecorded(database: Queryable): Promise<Record>
/** Begins a record. Errors: VERIFIER.NOT_INSTALLED. */
export declare function beginRecord(database: Database, options: RecordOptions): Promise<Record>
/**
 * Takes an interrupted verification up again, with the settings it began with.
 *
 * Errors: VERIFIER.VERIFICATION_UNKNOWN; VERIFIER.VERIFICATION_STALE where a mapping has changed meanwhile.
 */
export declare function resumeRecord(
  database: Database,
  id: string,
  { migration, mappings }: Omit<RecordOptions, 'settings'>,
): Promise<{
  readonly record: Record
  readonly settings: Settings
}>
/** The time of the database, in UTC. */
export declare function clock(database: Queryable): Promise<string>
export declare function installed<T>(ask: () => Promise<T>): Promise<T>
export declare function iso(expression: string): string
//# sourceMappingURL=records.d.ts.map
