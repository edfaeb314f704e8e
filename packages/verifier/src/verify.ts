import type { Problem } from '@changeover/errors'
import type { Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import { accessOf } from './access.ts'
import { issueCertificate } from './certificate.ts'
import { planChunks } from './chunks.ts'
import { errors } from './errors.ts'
import type { Finding } from './finding.ts'
import { verdictOf } from './judge.ts'
import { judgementOf } from './judgement.ts'
import { preconditionsOf } from './preconditions.ts'
import { quarantinedRows } from './quarantined.ts'
import { createReader, type Reader } from './read-chunk.ts'
import { beginRecord, clock, type Record, resumeRecord, unrecorded } from './records.ts'
import { type Progress, runChunks } from './run.ts'
import { type ChunkState, countFindings, firstFindings, summaryOf } from './summary.ts'
import { unresolvedIn } from './unresolved.ts'
import type { Coverage, Settings, Verification } from './verification.ts'

export interface VerifyOptions extends Partial<Settings> {
  /** Connections that read at the same time; 2 unless given. */
  readonly workers?: number
  /** Findings kept and handed out; 1,000 unless given. Counts are exact however many there are. */
  readonly maxFindings?: number
  /** The number of an interrupted verification, whose settings and finished chunks are taken over. */
  readonly resume?: string
  /** Whether chunks and outcome are kept in the database, which resuming and the certificate need; yes unless given. */
  readonly record?: boolean
  /** Stops before the next chunk; the outcome is inconclusive and can be resumed. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  readonly onFinding?: (finding: Finding) => void
}

/**
 * Compares the mappings chunk by chunk. Everything that was not read is a reason against a clean verdict.
 *
 * Errors: VERIFIER.MAPPINGS_NONE, NOT_INSTALLED, VERIFICATION_UNKNOWN, VERIFICATION_STALE; DATABASE.* of the environment.
 */
export async function verify(
  database: Database,
  migration: string,
  mappings: readonly Mapping[],
  options: VerifyOptions = {},
): Promise<Verification> {
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
  const verification: Verification = {
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

async function open(
  database: Database,
  migration: string,
  mappings: readonly Mapping[],
  options: VerifyOptions,
): Promise<{ readonly record: Record; readonly settings: Settings }> {
  if (options.resume !== undefined) return resumeRecord(database, options.resume, { migration, mappings })
  const settings: Settings = {
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
async function prepare(database: Database, mappings: readonly Mapping[]) {
  const reasons: Problem[] = []
  const readers = new Map<string, Reader>()
  for (const mapping of mappings) {
    const found = await preconditionsOf(database, mapping)
    reasons.push(...found.reasons)
    if (found.readable) readers.set(mapping.name, createReader(mapping, await accessOf(database, mapping)))
  }
  return { reasons, readers }
}

async function plan(
  database: Database,
  readers: ReadonlyMap<string, Reader>,
  settings: Settings,
  record: Record,
): Promise<readonly ChunkState[]> {
  const chunks = []
  for (const { mapping } of readers.values())
    chunks.push(...(await planChunks(database, mapping, settings.chunkRows)))
  await record.plan(chunks)
  return chunks.map((chunk) => ({ chunk, result: null }))
}

function interruption(
  chunks: readonly ChunkState[],
  unread: readonly Problem[],
  { id }: Record,
): readonly Problem[] {
  const done = chunks.filter(({ result }) => result !== null).length
  if (done + unread.length >= chunks.length) return []
  return [errors.INTERRUPTED.problem({ done, planned: chunks.length, id: id ?? '' })]
}

/** Where chunks are left unread, or there are none, another reason says so already. */
function isRead({ chunks, chunksRead }: Coverage): boolean {
  return chunks > 0 && chunksRead === chunks
}

async function conclude(
  database: Database,
  migration: string,
  mappings: readonly Mapping[],
  readers: ReadonlyMap<string, Reader>,
  chunks: readonly ChunkState[],
  known: readonly Problem[],
  settings: Settings,
) {
  const reasons = [...known]
  const summaries = []
  for (const mapping of mappings) {
    const own = chunks.filter(({ chunk }) => chunk.mapping === mapping.name)
    const judgement = readers.get(mapping.name)?.judgement ?? judgementOf(mapping)
    const summary = summaryOf(mapping, judgement, own)
    if (summary.total === 0 && isRead(summary.coverage))
      reasons.push(errors.ROWS_NONE.problem({ mapping: mapping.name, table: mapping.legacy.name }))
    summaries.push({
      ...summary,
      quarantined: await quarantinedRows(database, migration, mapping),
      unresolved: readers.has(mapping.name) ? await unresolvedIn(database, mapping) : [],
    })
  }
  return { mappings: summaries, reasons, verdict: verdictOf(summaries, reasons, settings) }
}

async function certify(
  database: Database,
  mappings: readonly Mapping[],
  verification: Verification,
): Promise<Verification> {
  if (verification.verdict !== 'consistent' || verification.id === null) return verification
  return { ...verification, certificate: await issueCertificate(database, mappings, verification) }
}
