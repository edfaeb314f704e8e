import { z } from 'zod'

/** Counts of rows and other whole numbers. */
export const count = z.int().nonnegative()
/** The parts of a key, as text. */
export const key = z.array(z.union([z.string(), z.number(), z.null()])).readonly()
export const texts = z.array(z.string())

export const problem = z.strictObject({
  code: z.string(),
  message: z.string(),
  values: z.record(z.string(), z.unknown()),
  fix: z.string(),
})

/** What a side of a rule keeps. */
const holding = z.strictObject({
  holds: z.enum(['all', 'residue', 'part']),
  in: texts.optional(),
  why: z.string().optional(),
})

const ruleLine = {
  rule: z.string(),
  legacy: texts,
  target: texts,
  forward: holding,
  backward: holding,
}

export const rule = z.strictObject(ruleLine)

export const ruleLoss = z.strictObject({
  ...ruleLine,
  refused: count,
  changed: count,
  firstKey: z.string().nullable(),
})

export const unresolved = z.strictObject({
  rule: z.string(),
  field: z.string(),
  value: z.string(),
  context: z.record(z.string(), z.unknown()),
  rows: count,
  firstKey: z.string(),
  suggestion: z.string().nullable(),
})

export const checkResult = z.strictObject({
  name: z.string(),
  claim: z.string(),
  outcome: z.enum(['pass', 'fail', 'not-applicable']),
  evidence: z.string(),
  problems: z.array(problem),
})
