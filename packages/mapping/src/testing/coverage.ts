import type { ResolvedRule } from '../mapping.ts'
import type { Row } from '../rule.ts'
import type { Finding } from './agreement.ts'
import { type Attempt, storedIn, type Trial } from './trial.ts'

/** What the rows of a rule fail to reach: accepted rows that say something, and `inputs` for names that it does not have. */
export function unreached({ resolved, forward, backward }: Trial): readonly Finding[] {
  const { label: rule, kind, shape, slots } = resolved
  const { legacy = {}, target = {} } = kind.inputs?.(resolved.rule.params) ?? {}
  const strange = [
    ...Object.keys(legacy).filter((name) => !shape.reads.includes(name)),
    ...Object.keys(target).filter((name) => !(name in shape.writes)),
  ]
  const speaks = (row: Row) => shape.reads.every((name) => row[name] !== null)
  const holds = (row: Row) => slots.some(({ slot }) => (storedIn(row, slot) ?? null) !== null)
  const accepts = (attempts: readonly Attempt[], says: (row: Row) => boolean) =>
    attempts.length === 0 || attempts.some(({ given, made }) => made && says(given))
  return [
    ...strange.map((name) => `its inputs name ${name}, which it neither reads nor writes`),
    ...(accepts(forward, speaks) ? [] : ['it accepts no legacy row without NULL']),
    ...(slots.length === 0 || accepts(backward, holds)
      ? []
      : ['it accepts no target row that holds anything']),
  ].map((detail) => ({ rule, detail }))
}

/** Refusals that a kind has and none of its examples comes to. */
export function unrefused(kind: string, trials: readonly Trial[]): readonly Finding[] {
  const own = Map.groupBy(trials, ({ resolved }) => resolved.kind.kind).get(kind) ?? []
  const { accepts, acceptsBack } = own[0]?.resolved.kind ?? {}
  const forward = own.some((trial) => trial.forward.some(({ made }) => !made))
  const backward = own.some((trial) => trial.backward.some(({ made }) => !made))
  return [
    ...(accepts && !forward ? [{ rule: kind, detail: 'no example has a legacy row that it refuses' }] : []),
    ...(acceptsBack && !backward
      ? [{ rule: kind, detail: 'no example has a target row that it refuses' }]
      : []),
  ]
}

/** A statement of loss that cannot be true of the rule's shape. */
export function falseLoss({
  label: rule,
  loss,
  shape,
  kind,
  rule: { params },
}: ResolvedRule): readonly Finding[] {
  const findings: string[] = []
  for (const way of ['forward', 'backward'] as const) {
    const holding = loss[way]
    if (holding.holds === 'residue')
      for (const ref of holding.in.filter((each) => !(each in shape.writes)))
        findings.push(`its residue ${ref} is no slot that it writes`)
    if (holding.holds === 'part' && holding.why.trim() === '')
      findings.push(`it does not say what is lost ${way}`)
  }
  for (const [field, ref] of Object.entries(shape.keeps ?? {})) {
    if (!(ref in shape.writes)) findings.push(`it keeps ${field} in ${ref}, which is no slot that it writes`)
    if (!(field in (shape.references ?? {}))) findings.push(`it keeps ${field}, which is no reference of it`)
  }
  if (kind.doc(params).trim() === '') findings.push('it has no words for the field-mapping reference')
  return findings.map((detail) => ({ rule, detail }))
}
