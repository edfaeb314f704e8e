import { isFailure, type Problem } from '@changeover/errors'
import type { Database } from '@changeover/database'
import type { Chunk } from './chunks.ts'
import { errors } from './errors.ts'
import type { Finding } from './finding.ts'
import { keyText } from './finding.ts'
import type { ChunkResult, Reader } from './read-chunk.ts'
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

// A chunk that fails for any other reason is named and left out; these fail whatever is asked next.
const environment: ReadonlySet<string> = new Set(
  [
    'CONNECTION_LOST',
    'UNREACHABLE',
    'POOL_CLOSED',
    'POOL_EXHAUSTED',
    'TOO_MANY_CONNECTIONS',
    'DISK_FULL',
    'ABORTED',
  ].map((code) => `DATABASE.${code}`),
)

/**
 * Reads every chunk that has no result yet, several at a time, and records each.
 *
 * Errors: those of the environment, after which the verification can be resumed.
 */
export async function runChunks(
  database: Database,
  readers: ReadonlyMap<string, Reader>,
  chunks: readonly ChunkState[],
  record: Record,
  options: RunOptions,
): Promise<RunResult> {
  const states = [...chunks]
  const reasons: Problem[] = []
  const tally = tallyOf(chunks, options)
  const waiting = states.flatMap(({ result }, index) => (result ? [] : [index]))
  let failed = false
  const work = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const state = states[index]
      const reader = state && readers.get(state.chunk.mapping)
      if (!state || !reader) continue
      if (failed || options.signal?.aborted === true) return
      const result = await readOne(database, reader, state.chunk, tally.room(), reasons)
      if (!result) continue
      await record.keep(state.chunk, result)
      states[index] = { chunk: state.chunk, result: tally.add(state.chunk, result) }
    }
  }
  const workers = Array.from({ length: database.inTransaction ? 1 : options.workers }, () =>
    work().catch((error: unknown) => {
      failed = true
      throw error
    }),
  )
  const ended = await Promise.allSettled(workers)
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  return { chunks: states, reasons }
}

async function readOne(
  database: Database,
  reader: Reader,
  chunk: Chunk,
  maxRows: number,
  reasons: Problem[],
): Promise<ChunkResult | undefined> {
  try {
    return await reader.read(
      database,
      chunk.part,
      { by: 'range', after: chunk.after, upTo: chunk.upTo },
      maxRows,
    )
  } catch (error) {
    if (!isFailure(error) || environment.has(error.code)) throw error
    const range = `keys ${chunk.after ? `after ${keyText(chunk.after)}` : 'from the first'} ${
      chunk.upTo ? `up to ${keyText(chunk.upTo)}` : 'to the last'
    }`
    reasons.push(
      errors.CHUNK_UNREAD.problem({ mapping: chunk.mapping, part: chunk.part, range, why: error.message }),
    )
    return undefined
  }
}

/** Counts what has been read, and keeps no more findings in memory than asked for; wrong ones are never pushed out by held ones. */
function tallyOf(chunks: readonly ChunkState[], { maxFindings, onProgress, onFinding }: RunOptions) {
  const kept = { wrong: 0, held: 0 }
  let [done, rows, wrong] = [0, 0, 0]
  const add = (result: ChunkResult): ChunkResult => {
    done++
    rows += result.rows
    wrong +=
      result.part === 'orphans'
        ? result.orphaned
        : result.missing + result.mismatched + result.held + result.duplicate
    const findings = result.findings.filter((finding) => {
      const side = finding.class === 'held' ? 'held' : 'wrong'
      return kept[side]++ < maxFindings
    })
    return { ...result, findings }
  }
  for (const { result } of chunks) if (result) add(result)
  return {
    room: () => (kept.wrong < maxFindings ? maxFindings : 0),
    add(chunk: Chunk, result: ChunkResult): ChunkResult {
      const added = add(result)
      for (const finding of added.findings) onFinding?.(finding)
      onProgress?.({
        mapping: chunk.mapping,
        part: chunk.part,
        chunksDone: done,
        chunks: chunks.length,
        rowsRead: rows,
        wrong,
      })
      return added
    },
  }
}
