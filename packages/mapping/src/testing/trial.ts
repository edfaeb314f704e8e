import { isFailure } from '@changeover/errors'
import { errors } from '../errors.ts'
import type { Mapping, ResolvedRule } from '../mapping.ts'
import { deepFreeze, type Row } from '../rule.ts'
import { toLegacy, toTarget } from '../rows.ts'
import type { Slot } from '../slot.ts'
import type { Value } from '../value.ts'
import { type Draw, legacyRows, store, targetRows } from './inputs.ts'
import { createUniverse, type Population, type Universe } from './universe.ts'

/** What a row function made of a row; undefined where the rule refused it. */
export interface Attempt {
  readonly given: Row
  readonly made: Row | undefined
}

/** A rule with its rows, and what its row functions made of them. */
export interface Trial {
  readonly resolved: ResolvedRule
  /** The mapping with this rule alone. */
  readonly alone: Mapping
  /** The mapping with this rule and those that give back what else it reads. */
  readonly withGivers: Mapping
  readonly forward: readonly Attempt[]
  /** Among the rows are all that the way forward made. */
  readonly backward: readonly Attempt[]
  readonly universe: Universe
}

/** Runs the row functions of every rule of a mapping. The rows that rules refer to come into being on the way. */
export function trialsOf(mapping: Mapping, draw: Draw, population: Population): readonly Trial[] {
  const universe = createUniverse(mapping, population)
  return mapping.rules.map((resolved, index) =>
    trialOf(mapping, resolved, { ...draw, seed: draw.seed + index }, universe),
  )
}

function trialOf(mapping: Mapping, resolved: ResolvedRule, draw: Draw, universe: Universe): Trial {
  const alone: Mapping = { ...mapping, rules: [resolved] }
  const givers = mapping.rules.filter(
    (each) => each !== resolved && each.shape.restores.some((name) => resolved.shape.reads.includes(name)),
  )
  const withGivers: Mapping = { ...mapping, rules: [...givers, resolved] }
  const forward = legacyRows(mapping, resolved, draw).map((given) => ({
    given,
    made: forwardRow(alone, given, universe),
  }))
  const random = targetRows(mapping, withGivers.rules, draw)
  const images = forward.flatMap(({ given, made }, index) => {
    const other = random[index % random.length]
    const image = made && (forwardRow(withGivers, given, universe) ?? made)
    return image && other ? imagesOf(withGivers, resolved, image, other, index) : []
  })
  const backward = [...images, ...random].map((given) => ({
    given,
    made: backwardRow(alone, given, universe),
  }))
  return { resolved, alone, withGivers, forward, backward, universe }
}

/** The target row made of a legacy row, as it would be stored; undefined where it is refused. */
export function forwardRow(
  mapping: Mapping,
  given: Row,
  { scope }: Universe,
  current: Row = {},
): Row | undefined {
  return unlessRefused(() => deepFreeze({ ...current, ...toTarget(mapping, given, scope, current) }))
}

/** The legacy row that a target row reads as; undefined where it is refused. */
export function backwardRow(mapping: Mapping, given: Row, { scope }: Universe): Row | undefined {
  return unlessRefused(() => deepFreeze(toLegacy(mapping, given, scope)))
}

/** A row that the way forward made, in the place of another row; and the same with one slot of that other row. */
function imagesOf(
  { rules }: Mapping,
  { slots }: ResolvedRule,
  made: Row,
  other: Row,
  index: number,
): readonly Row[] {
  const image: Record<string, Value> = { ...other }
  for (const { slot } of rules.flatMap((each) => each.slots))
    if (slot.field.name in made) store(image, slot, storedIn(made, slot))
  const place = slots[index % Math.max(1, slots.length)]
  if (!place) return [deepFreeze(image)]
  const changed = { ...image }
  store(changed, place.slot, storedIn(other, place.slot))
  return [deepFreeze(image), deepFreeze(changed)]
}

/** What a row holds in a slot as it is stored: undefined for an absent JSON key. */
export function storedIn(row: Row, { field, jsonKey }: Slot): Value | undefined {
  const value = row[field.name] ?? null
  if (jsonKey === undefined) return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, jsonKey) ? (value as Row)[jsonKey] : undefined // an object, so a record of values
}

function unlessRefused(make: () => Row): Row | undefined {
  try {
    return make()
  } catch (error) {
    if (isFailure(error, errors.ROW_REFUSED.code)) return undefined
    throw error
  }
}
