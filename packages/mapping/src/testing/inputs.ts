import fc from 'fast-check'
import type { ColumnType } from '../column-type.ts'
import { isJson, typeText } from '../column-type.ts'
import { fit } from '../fit.ts'
import { keyPairs } from '../identity.ts'
import { toJsonRow } from '../json.ts'
import type { Mapping, ResolvedRule } from '../mapping.ts'
import { deepFreeze, type Row } from '../rule.ts'
import { type Slot, fitsRow, writeRow } from '../slot.ts'
import { fieldNamed } from '../table.ts'
import type { Json, Value } from '../value.ts'
import { freshValue } from './fresh-value.ts'
import { nastyValuesOf, trimmed, valuesOf } from './values.ts'

/** How many rows, and from which seed. */
export interface Draw {
  readonly seed: number
  readonly rows: number
}

/** Legacy rows for a rule: its fields and the key. Each of its `inputs`, each nasty value and each possible NULL is in one of them. */
export function legacyRows(mapping: Mapping, resolved: ResolvedRule, draw: Draw): readonly Row[] {
  const places = resolved.shape.reads
    .filter((name) => !mapping.legacy.key.includes(name))
    .map((name) => legacyPlace(mapping, resolved, name))
  const keys = mapping.legacy.key.map((name) => fieldNamed(mapping.legacy, name))
  return drawn(places, draw).map((values, index) =>
    deepFreeze({
      ...Object.fromEntries(keys.map(({ name, type }) => [name, freshValue(type, index)])),
      ...Object.fromEntries(values.map(([name, value]) => [name, value ?? null])),
    }),
  )
}

/** Target rows for some rules, as they are stored: the columns and JSON keys of their slots, and the identity. */
export function targetRows(mapping: Mapping, rules: readonly ResolvedRule[], draw: Draw): readonly Row[] {
  const slots = rules.flatMap((resolved) =>
    resolved.slots.map(({ slot, type }) => ({ resolved, slot, type })),
  )
  const places = slots.map(({ resolved, slot, type }) => targetPlace(resolved, slot, type))
  return drawn(places, draw).map((values, index) => {
    const row: Record<string, Value> = {}
    for (const { field, slot } of keyPairs(mapping)) {
      const key = freshValue(field.type, index)
      store(row, slot, slot.jsonKey === undefined ? key : String(key))
    }
    values.forEach(([, value], at) => {
      const { slot } = slots[at] ?? {}
      if (slot) store(row, slot, value)
    })
    return deepFreeze(row)
  })
}

/** Puts a stored value into a row; undefined is an absent key. A JSON column keeps a key that no rule knows. */
export function store(row: Record<string, Value>, { field, jsonKey }: Slot, value: Value | undefined): void {
  if (jsonKey === undefined) row[field.name] = value ?? null
  else {
    const before = (row[field.name] ?? { unmapped: [1] }) as { readonly [key: string]: Json } // JSON columns with slots hold objects
    const { [jsonKey]: _replaced, ...rest } = before
    row[field.name] = value === undefined ? rest : { ...rest, [jsonKey]: value as Json }
  }
}

/** A value to draw, and those that must be drawn at least once. */
interface Place {
  readonly name: string
  readonly values: fc.Arbitrary<Value | undefined>
  readonly musts: readonly (Value | undefined)[]
}

type Drawn = readonly (readonly [string, Value | undefined])[]

function drawn(places: readonly Place[], { seed, rows }: Draw): readonly Drawn[] {
  const musts = places.flatMap((place, at) => place.musts.map((value) => ({ at, value })))
  const row = fc.tuple(...places.map(({ values }) => values))
  const samples = fc.sample(row, { numRuns: rows + musts.length, seed })
  return samples.map((values, index) =>
    places.map(({ name }, at) => {
      const must = musts[index - rows]
      return [name, must && must.at === at ? must.value : values[at]] as const
    }),
  )
}

function legacyPlace(mapping: Mapping, { kind, rule, slots }: ResolvedRule, name: string): Place {
  const { type, nullable } = fieldNamed(mapping.legacy, name)
  const inputs = (kind.inputs?.(rule.params).legacy?.[name] ?? [])
    .map((value) => (value === null ? null : trimmed(type, value)))
    .filter((value) => value !== undefined && (value !== null || nullable))
  const others = slots.filter(({ slot }) => slot.jsonKey === undefined).map(({ slot }) => slot.field.type)
  const musts = nullable ? [...inputs, null] : inputs
  const values = mixed(musts, [valuesOf(type), ...carried(others, type)])
  return { name, values, musts: [...musts, ...nastyValuesOf(type)] }
}

function targetPlace({ kind, rule }: ResolvedRule, slot: Slot, type: ColumnType): Place {
  const inputs: readonly Value[] = kind.inputs?.(rule.params).target?.[slot.ref] ?? []
  const name = slot.ref
  if (slot.jsonKey === undefined) {
    const stored = inputs
      .filter((value) => fitsRow(slot, type, value))
      .map((value) => writeRow(slot, type, value))
    const musts = [...stored, ...(slot.field.nullable ? [null] : [])].filter(
      (value) => value !== null || slot.field.nullable,
    )
    return {
      name,
      values: mixed(musts, [valuesOf(slot.field.type), ...carried([type], slot.field.type)]),
      musts,
    }
  }
  const absent = inputs.map((value) => toJsonRow(value, type))
  const garbage = valuesOf({ base: 'jsonb' }).map((value) =>
    JSON.isRawJSON(value) && value.rawJSON === 'null' ? null : value,
  )
  const own = valuesOf(type).map((value) => toJsonRow(value, type))
  return {
    name,
    values: fc.oneof(
      { weight: 7, arbitrary: mixed([...absent, undefined], [own]) },
      { weight: 1, arbitrary: garbage },
    ),
    musts: [...absent, undefined, null],
  }
}

/** Half of the draws are values that must occur, where there are some. */
function mixed(
  musts: readonly (Value | undefined)[],
  others: readonly fc.Arbitrary<Value | undefined>[],
): fc.Arbitrary<Value | undefined> {
  const some =
    musts.length === 0
      ? []
      : [{ weight: others.length + (musts.length > 2 ? 2 : 0), arbitrary: fc.constantFrom(...musts) }]
  return fc.oneof(...some, ...others.map((arbitrary) => ({ weight: 2, arbitrary })))
}

/** Values that come from other types: numbers as text, dates as timestamps. */
function carried(from: readonly ColumnType[], to: ColumnType): readonly fc.Arbitrary<Value>[] {
  const others = from.filter((type) => typeText(type) !== typeText(to) && !isJson(type))
  return others.flatMap((type) => {
    const way = fit(type, to)
    return way
      ? [
          valuesOf(type)
            .map((value) => way.row(value))
            .filter((value) => value !== null),
        ]
      : []
  })
}
