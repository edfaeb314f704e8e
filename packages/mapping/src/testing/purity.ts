import type { ResolvedRule } from '../mapping.ts'
import type { Row, RowScope } from '../rule.ts'
import { deepFreeze } from '../rule.ts'
import { readRow } from '../slot.ts'
import type { Value } from '../value.ts'
import type { Finding } from './agreement.ts'
import type { Trial } from './trial.ts'

/** Row functions that change what they are given, or give another answer the second time. */
export function impurities(trials: readonly Trial[]): readonly Finding[] {
  return trials.flatMap((trial) => {
    const { resolved, universe, forward, backward } = trial
    const { kind, rule, shape, label } = resolved
    const there = (row: Row) => kind.forward(rule.params, row, universe.scope, shape)
    const back = (row: Row) => kind.backward(rule.params, row, universe.scope, shape)
    const legacy = forward.filter(({ made }) => made).map(({ given }) => given)
    const target = backward.filter(({ made }) => made).map(({ given }) => givenTo(resolved, given))
    const asked = askedOf(resolved, universe.scope)
    const detail =
      firstImpurity('forward', there, legacy) ??
      firstImpurity('backward', back, target) ??
      firstImpurity(
        'accepts',
        asked.accepts,
        forward.map(({ given }) => given),
      ) ??
      firstImpurity(
        'acceptsBack',
        asked.acceptsBack,
        backward.map(({ given }) => givenTo(resolved, given)),
      )
    return detail === undefined ? [] : [{ rule: label, detail }]
  })
}

function askedOf({ kind, rule, shape }: ResolvedRule, scope: RowScope) {
  return {
    accepts: (row: Row): Row => ({ accepted: kind.accepts?.row(rule.params, row, scope, shape) ?? true }),
    acceptsBack: (row: Row): Row => ({
      accepted: kind.acceptsBack?.row(rule.params, row, scope, shape) ?? true,
    }),
  }
}

function givenTo({ slots }: ResolvedRule, row: Row): Row {
  return deepFreeze(Object.fromEntries(slots.map(({ slot, type }) => [slot.ref, readRow(slot, type, row)])))
}

/** Each row is given once as a copy, which must stay as it was, and once frozen, which must make no difference. */
function firstImpurity(name: string, make: (row: Row) => Row, rows: readonly Row[]): string | undefined {
  for (const row of rows) {
    const copy = copied(row) as Row // a copy of a row is a row
    const before = JSON.stringify(copy)
    const once = JSON.stringify(make(copy))
    if (JSON.stringify(copy) !== before)
      return `${name} changes its input ${before} to ${JSON.stringify(copy)}`
    try {
      if (JSON.stringify(make(row)) !== once)
        return `${name} gives another answer the second time, of ${before}`
    } catch (error) {
      return `${name} fails on a frozen row, ${before}: ${String(error)}`
    }
  }
  return undefined
}

function copied(value: Value | Row): Value | Row {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  if (Array.isArray(value)) return value.map(copied) as Value // the elements of a JSON list are JSON
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copied(each)]))
}
