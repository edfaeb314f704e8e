import { isFailure } from '@changeover/errors'
import { errors } from './errors.js'
import { keyText } from './finding.js'
// A chunk that fails for any other reason is named and left out; these fail whatever is asked next.
const environment = new Set(
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
export async function runChunks(database, readers, chunks, record, options) {
  const states = [...chunks]
  const reasons = []
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
    work().catch((error) => {
      failed = true
      throw error
    }),
  )
  const ended = await Promise.allSettled(workers)
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  return { chunks: states, reasons }
}
async function readOne(database, reader, chunk, maxRows, reasons) {
  try {
    return await reader.read(
      database,
      chunk.part,
      { by: 'range', after: chunk.after, upTo: chunk.upTo },
      maxRows,
    )
  } catch (error) {
    if (!isFailure(error) || environment.has(error.code)) throw error
    const range = `keys ${chunk.after ? `after ${keyText(chunk.after)}` : 'from the first'} ${chunk.upTo ? `up to ${keyText(chunk.upTo)}` : 'to the last'}`
    reasons.push(
      errors.CHUNK_UNREAD.problem({ mapping: chunk.mapping, part: chunk.part, range, why: error.message }),
    )
    return undefined
  }
}
/** Counts what has been read, and keeps no more findings in memory than asked for; wrong ones are never pushed out by held ones. */
function tallyOf(chunks, { maxFindings, onProgress, onFinding }) {
  const kept = { wrong: 0, held: 0 }
  let [done, rows, wrong] = [0, 0, 0]
  const add = (result) => {
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
    add(chunk, result) {
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
//# sourceMappingURL=run.js.map
