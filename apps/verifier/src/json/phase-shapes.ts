import { phaseNames } from '@changeover/rollout'
import { z } from 'zod'
import { count, key, texts } from './base-shapes.ts'

export const phaseName = z.enum(phaseNames)
const authority = z.enum(['legacy', 'target'])

const flags = { useTarget: z.boolean(), dualWrite: z.boolean(), legacyReadOnly: z.boolean() }

export const phase = z.strictObject({
  name: phaseName,
  authority,
  flags: z.strictObject(flags).optional(),
  replica: z.string(),
})

export const storedPhase = z.strictObject({
  migration: z.string(),
  phase,
  epoch: z.string(),
  version: z.string(),
  targetHasLed: z.boolean(),
  legacyStale: z.boolean(),
  readPercent: z.number(),
  readTenants: texts,
  fencedAt: z.string().optional(),
  syncedSince: z.string().optional(),
  targetFedSince: z.string().optional(),
  since: z.string(),
  by: z.string(),
  reason: z.string(),
})

export const flagReading = { ...flags, phase, autoFix: z.boolean(), strictMode: z.boolean() }

export const flagRow = z.strictObject({
  phase: phaseName,
  flags: z.string().optional(),
  authority,
  replica: z.string(),
  isStored: z.boolean(),
  isFlagged: z.boolean(),
})

const verdict = z.strictObject({
  gate: z.string(),
  claim: z.string(),
  state: z.enum(['open', 'waived', 'closed']),
  why: z.string().optional(),
  fix: z.string().optional(),
  waivable: z.boolean(),
})

const direction = z.enum(['forward', 'back'])

const arrow = z.strictObject({
  from: phaseName,
  to: phaseName,
  direction,
  readPercent: z.number(),
  reason: z.string(),
  gates: texts,
})

export const possibleMove = z.strictObject({ to: phaseName, direction, reason: z.string() })

const transitionPlan = {
  arrow,
  verdicts: z.array(verdict),
  closed: z.array(verdict),
  steps: texts,
}

export const plannedTransition = z.strictObject(transitionPlan)

const lostRow = z.strictObject({
  mapping: z.string(),
  key,
  rule: z.string().nullable(),
  field: z.string().nullable(),
  why: z.string(),
})

const rehearsal = {
  mappings: z.array(
    z.strictObject({
      mapping: z.string(),
      rows: count,
      behind: count,
      lostRows: count,
      lostFields: texts,
      lost: z.array(lostRow),
      seconds: z.number(),
    }),
  ),
  isComplete: z.boolean(),
  seconds: z.number(),
  oldestTransactionSeconds: z.number(),
}

export const rehearsedTransition = z.strictObject({
  ...transitionPlan,
  rehearsal: z.strictObject(rehearsal).nullable(),
})

export const recordedRehearsal = z.strictObject({
  ...rehearsal,
  at: z.string(),
  ageSeconds: z.number(),
  epoch: z.string(),
  snapshot: z.string(),
})

export const phaseChange = z.strictObject({
  phase: storedPhase,
  changed: z.boolean(),
  resumed: z.boolean(),
  verdicts: z.array(verdict),
  caughtUp: z.strictObject({ rows: count, written: count, lost: z.array(lostRow) }).optional(),
})

export const transitionRecord = z.strictObject({
  id: z.string(),
  migration: z.string(),
  from: phaseName,
  to: phaseName,
  step: z.string(),
  epochBefore: z.string(),
  epochAfter: z.string().nullable(),
  emergency: z.boolean(),
  by: z.string(),
  reason: z.string(),
  outcome: z.enum(['done', 'abandoned']).nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
})

export const historyEntry = z.strictObject({
  what: z.enum(['stored', 'flip', 'read-share', 'caught-up']),
  from: phaseName.nullable(),
  to: phaseName,
  epoch: z.string(),
  at: z.string(),
  by: z.string(),
  databaseUser: z.string(),
  reason: z.string(),
  gates: z.array(verdict),
  details: z.record(z.string(), z.unknown()),
})

export const liveInstance = z.strictObject({
  migration: z.string(),
  instance: z.string(),
  build: z.string(),
  mappingHash: z.string(),
  phase: phaseName,
  epoch: z.string(),
  seenAt: z.string(),
  silentSeconds: z.number(),
})
