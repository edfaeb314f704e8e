import { z } from 'zod'
import { count, key, problem, texts, unresolved } from './base-shapes.ts'

const verdictName = z.enum(['consistent', 'findings', 'inconclusive'])
const authority = z.enum(['legacy', 'target'])

const finding = z.strictObject({
  class: z.enum(['missing', 'mismatched', 'held', 'orphaned', 'duplicate']),
  mapping: z.string(),
  key: key.nullable(),
  targetKey: key.nullable(),
  field: z.string().nullable(),
  rule: z.string().nullable(),
  legacyValue: z.string().nullable(),
  targetValue: z.string().nullable(),
  why: z.string().nullable(),
})

const written = {
  inserted: count,
  updated: count,
  deleted: count,
  linked: count,
  unlinked: count,
}

const fix = z.strictObject({
  id: z.string().nullable(),
  authority,
  written: z.strictObject(written),
  changedRows: count,
  left: z.array(z.strictObject({ finding, why: z.string() })),
  remaining: z.array(finding),
})

const verifiedMapping = z.strictObject({
  mapping: z.string(),
  hash: z.string(),
  total: count,
  withTarget: count,
  missing: count,
  mismatched: count,
  held: count,
  duplicate: count,
  orphaned: count,
  targetTotal: count,
  fields: z.record(z.string(), count),
  heldFields: z.record(z.string(), count),
  coverage: z.strictObject({
    chunks: count,
    chunksRead: count,
    compared: texts,
    dropped: z.array(z.strictObject({ field: z.string(), reason: z.string() })),
  }),
  quarantined: count.nullable(),
  unresolved: z.array(unresolved),
})

export const verification = z.strictObject({
  id: z.string().nullable(),
  migration: z.string(),
  settings: z.strictObject({
    chunkRows: count,
    heldValues: z.enum(['keep', 'overwrite']),
    strict: z.boolean(),
    authority,
  }),
  mappings: z.array(verifiedMapping),
  reasons: z.array(problem),
  verdict: verdictName,
  findings: z.array(finding),
  findingsOmitted: count,
  startedAt: z.string(),
  finishedAt: z.string(),
  certificate: z.string().nullable(),
  fixes: z.array(fix),
})

export const pastVerification = z.strictObject({
  id: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  verdict: verdictName,
  rows: count,
  wrongRows: count,
  heldRows: count,
})

export const certificate = z.strictObject({
  id: z.string(),
  verification: z.string(),
  hashes: z.record(z.string(), z.string()),
  schemaFingerprint: z.string(),
  issuedAt: z.string(),
  ageSeconds: z.number(),
  isCurrent: z.boolean(),
})

const counts = z.strictObject({
  rows: count,
  inserted: count,
  updated: count,
  linked: count,
  unlinked: count,
  batches: count,
})

const reason = {
  key,
  code: z.string(),
  rule: z.string().nullable(),
  field: z.string().nullable(),
  why: z.string(),
}

export const backfillReport = z.strictObject({
  mapping: z.string(),
  state: z.enum(['done', 'stopped']),
  dryRun: z.boolean(),
  run: counts,
  total: counts,
  quarantined: count,
  refused: z.array(z.strictObject(reason)),
  upTo: key.nullable(),
})

const runState = z.enum(['running', 'stopped', 'failed', 'done'])
const failure = z.strictObject({ code: z.string(), message: z.string(), fix: z.string() })

const throttle = z.strictObject({
  sharePercent: z.number(),
  reason: z.enum([
    'others-at-work',
    'others-wait-for-us',
    'slow-batches',
    'replica-lag',
    'long-transaction',
    'signals-unknown',
  ]),
  because: z.string(),
})

export const backfillState = z.strictObject({
  mapping: z.string(),
  state: runState,
  mappingHash: z.string(),
  cursor: key.nullable(),
  upTo: key.nullable(),
  rowsDone: count,
  rowsRemaining: count,
  inserted: count,
  updated: count,
  linked: count,
  unlinked: count,
  batches: count,
  quarantined: count,
  failure: failure.nullable(),
  throttle: throttle.nullable(),
  startedAt: z.string(),
  updatedAt: z.string(),
  finishedAt: z.string().nullable(),
  secondsSinceProgress: z.number(),
})

export const seenMapping = z.strictObject({
  mapping: z.string(),
  state: runState,
  rowsDone: count,
  rowsEstimated: count,
  percent: z.number(),
  rowsPerSecond: z.number().nullable(),
  etaSecondsLow: z.number().nullable(),
  etaSecondsHigh: z.number().nullable(),
  quarantined: count,
  failure: failure.nullable(),
  throttle: throttle.nullable(),
  silentSeconds: z.number(),
})

export const quarantineOf = z.strictObject({
  mapping: z.string(),
  rows: z.array(z.strictObject({ ...reason, attempts: count, firstAt: z.string(), lastAt: z.string() })),
  total: count,
  retry: z.strictObject({ tried: count, recovered: count }).nullable(),
})
