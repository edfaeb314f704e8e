import { issueCertificate } from './certificate.js'
import { planChunks } from './chunks.js'
import { errors } from './errors.js'
import { isIdentityIndexed } from './identity-access.js'
import { verdictOf } from './judge.js'
import { preconditionsOf } from './preconditions.js'
import { quarantinedRows } from './quarantined.js'
import { createReader } from './read-chunk.js'
import { beginRecord, clock, resumeRecord, unrecorded } from './records.js'
import { runChunks } from './run.js'
import { countFindings, firstFindings, summaryOf } from './summary.js'
/**
 * Compares the mappings chunk by chunk. Everything that was not read is a reason against a clean verdict.
 *
 * Errors: VERIFIER.MAPPINGS_NONE, NOT_INSTALLED, VERIFICATION_UNKNOWN, VERIFICATION_STALE; DATABASE.* of the environment.
 */
export async function verify(database, migration, mappings, options = {}) {
  if (mappings.length === 0) throw errors.MAPPINGS_NONE({ migration })
  const { record, settings } = await open(database, migration, mappings, options)
  const { reasons, readers } = await prepare(database, mappings)
  const planned = record.chunks.length > 0 ? record.chunks : await plan(database, readers, settings, record)
  const maxFindings = options.maxFindings ?? 1000
  const run = await runChunks(database, readers, planned, record, {
    workers: options.workers ?? 2,
    maxFindings,
    signal: options.signal,
    onProgress: options.onProgress,
    onFinding: options.onFinding,
  })
  const all = [...reasons, ...run.reasons, ...interruption(run.chunks, run.reasons, record)]
  const outcome = await conclude(database, migration, mappings, readers, run.chunks, all, settings)
  const found = firstFindings(run.chunks, maxFindings)
  const verification = {
    id: record.id,
    migration,
    settings,
    ...outcome,
    findings: found,
    findingsOmitted: countFindings(outcome.mappings) - found.length,
    startedAt: record.startedAt,
    finishedAt: await clock(database),
    certificate: null,
  }
  const certified = await certify(database, mappings, verification)
  await record.finish(certified)
  return certified
}
async function open(database, migration, mappings, options) {
  if (options.resume !== undefined) return resumeRecord(database, options.resume, { migration, mappings })
  const settings = {
    chunkRows: options.chunkRows ?? 50_000,
    heldValues: options.heldValues ?? 'overwrite',
    strict: options.strict ?? false,
    authority: options.authority ?? 'legacy',
  }
  const record =
    options.record === false
      ? await unrecorded(database)
      : await beginRecord(database, { migration, settings, mappings })
  return { record, settings }
}
/** Mappings whose tables cannot be read get no reader, and so no chunks. */
async function prepare(database, mappings) {
  const reasons = []
  const readers = new Map()
  for (const mapping of mappings) {
    const found = await preconditionsOf(database, mapping)
    reasons.push(...found.reasons)
    if (found.readable)
      readers.set(mapping.name, createReader(mapping, await isIdentityIndexed(database, mapping)))
  }
  return { reasons, readers }
}
async function plan(database, readers, settings, record) {
  const chunks = []
  for (const { mapping } of readers.values())
    chunks.push(...(await planChunks(database, mapping, settings.chunkRows)))
  await record.plan(chunks)
  return chunks.map((chunk) => ({ chunk, result: null }))
}
function interruption(chunks, unread, { id }) {
  const done = chunks.filter(({ result }) => result !== null).length
  if (done + unread.length >= chunks.length) return []
  return [errors.INTERRUPTED.problem({ done, planned: chunks.length, id: id ?? '' })]
}
async function conclude(database, migration, mappings, readers, chunks, known, settings) {
  const reasons = [...known]
  const summaries = []
  for (const mapping of mappings) {
    const own = chunks.filter(({ chunk }) => chunk.mapping === mapping.name)
    const { judgement } = readers.get(mapping.name) ?? createReader(mapping, false)
    const summary = summaryOf(mapping, judgement, own)
    if (summary.total === 0)
      reasons.push(errors.ROWS_NONE.problem({ mapping: mapping.name, table: mapping.legacy.name }))
    summaries.push({ ...summary, quarantined: await quarantinedRows(database, migration, mapping) })
  }
  return { mappings: summaries, reasons, verdict: verdictOf(summaries, reasons, settings) }
}
async function certify(database, mappings, verification) {
  if (verification.verdict !== 'consistent' || verification.id === null) return verification
  return { ...verification, certificate: await issueCertificate(database, mappings, verification) }
}
//# sourceMappingURL=verify.js.map
