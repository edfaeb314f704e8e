import { type Decision, decided, outcomes } from './decision.ts'
import { isComparable, isValueOf } from './literal-value.ts'
import type { Row } from './rule.ts'
import { fieldNamed, type Table } from './table.ts'
import type { Value } from './value.ts'

/** The values, besides null, that a decision speaks of for a field. */
export function valuesOf({ cases, backward }: Decision, field: string): readonly Value[] {
  const patches = [...cases.map(({ when }) => when), ...Object.values(backward).flat()]
  return [...new Set(patches.flatMap((patch) => patch[field] ?? []))]
}

/** What is wrong with a decision over a table, each as one sentence. */
export function unsound(decision: Decision, legacy: Table): readonly string[] {
  return [...incomplete(decision), ...decision.fields.flatMap((name) => wrongValues(decision, name, legacy))]
}

function wrongValues(decision: Decision, name: string, legacy: Table): readonly string[] {
  const { type, nullable } = fieldNamed(legacy, name)
  if (!isComparable(type))
    return [`${name} is of a type that cannot be compared; JSON, floats and numeric without scale are.`]
  const wrong = valuesOf(decision, name).filter((value) => !isValueOf(type, value))
  const never =
    !nullable &&
    Object.values(decision.backward).some((patches) => patches.some((patch) => patch[name] === null))
  return [
    ...wrong.map((value) => `${JSON.stringify(value)} is no value of ${name}.`),
    ...(never ? [`${name} cannot read as null.`] : []),
  ]
}

function incomplete(decision: Decision): readonly string[] {
  const { fields, cases, residue, backward } = decision
  const known = new Set<string>(fields)
  const strangers = [...cases.map(({ when }) => when), ...Object.values(backward).flat(), residue]
    .flatMap((part) => Object.keys(part))
    .filter((name) => !known.has(name))
  const unkept = fields.filter((name) => !Object.hasOwn(residue, name))
  const shared = new Set(Object.values(residue)).size < Object.values(residue).length
  return [
    ...(cases.length === 0 ? ['it has no case.'] : []),
    ...[...new Set(strangers)].map((name) => `${name} is not among its fields.`),
    ...unkept.map((name) => `${name} has no slot in residue.`),
    ...(shared ? ['two fields share one slot in residue.'] : []),
    ...new Set(
      [...outcomes(decision), ...Object.keys(backward)].flatMap((value) => unreadable(decision, value)),
    ),
  ]
}

function unreadable(decision: Decision, value: string): readonly string[] {
  const last = Object.hasOwn(decision.backward, value) ? decision.backward[value]?.at(-1) : undefined
  if (!last) return [`backward does not say how '${value}' reads.`]
  const missing = decision.fields.filter((name) => last[name] === undefined)
  if (missing.length > 0) return [`the last reading of '${value}' does not give ${missing.join(', ')}.`]
  const is = decided(decision, last as Row)
  if (is === value || !outcomes(decision).includes(value)) return []
  return [`the last reading of '${value}' decides to '${is}'.`]
}
