import { type FailureOptions, isFailure } from '@changeover/errors'
import { errors } from '../errors.ts'
import { sameKey, storedIn } from '../identity.ts'
import { drop } from '../kinds/drop.ts'
import { kinds as builtIn } from '../kinds/index.ts'
import { defineMapping, type Mapping } from '../mapping.ts'
import type { LawExample, RuleKind } from '../rule.ts'
import { typeText } from '../column-type.ts'
import { fieldNamed, type Table } from '../table.ts'
import { disagreements, type Finding } from './agreement.ts'
import type { Draw } from './inputs.ts'
import { falseLoss, unreached, unrefused } from './coverage.ts'
import { defaults, type Law, type LawOptions, type Query } from './law.ts'
import { impurities } from './purity.ts'
import { legacyRoundTrips, targetRoundTrips } from './round-trips.ts'
import { type Trial, trialsOf } from './trial.ts'
import { misjudged } from './representation.ts'

/**
 * The laws of a rule kind, tried on each of its examples.
 *
 * @example
 * for (const law of lawsOf(myKind)) it(law.name, () => law.run((text, params) => client.query(text, params)))
 */
export function lawsOf(kind: RuleKind, options: LawOptions = {}): readonly Law[] {
  const draw = { ...defaults, ...options }
  const examples = kind.examples.map((example) => ({
    name: `${kind.kind}, ${example.name}`,
    setting: settingOf(() => mappingOf(kind, example), draw),
  }))
  const general = [
    law(`${kind.kind} has examples`, draw, async () =>
      examples.length > 0 ? [] : [{ rule: kind.kind, detail: 'without examples its laws are never tried' }],
    ),
    law(`${kind.kind} is tried on rows that it refuses`, draw, async () =>
      unrefused(
        kind.kind,
        examples.flatMap(({ setting }) => setting.complete()),
      ),
    ),
  ]
  return [...general, ...examples.flatMap(({ name, setting }) => laws(name, setting, draw))]
}

/** The laws of a mapping, tried on each of its rules and on whole rows. */
export function lawsOfMapping(mapping: Mapping, options: LawOptions = {}): readonly Law[] {
  const draw = { ...defaults, ...options }
  return laws(
    mapping.name,
    settingOf(() => mapping, draw),
    draw,
  )
}

/** A mapping with its rows, made when the first law asks for them. */
interface Setting {
  readonly mapping: () => Mapping
  readonly complete: () => readonly Trial[]
  /** Where some of the rows referred to have no twin yet; empty for a mapping that refers to none. */
  readonly partial: () => readonly Trial[]
}

function settingOf(make: () => Mapping, draw: Draw): Setting {
  const mapping = once(make)
  const complete = once(() => trialsOf(mapping(), draw, 'everyTwin'))
  const partial = once(() => (refersToRows(complete()) ? trialsOf(mapping(), draw, 'someTwins') : []))
  return { mapping, complete, partial }
}

function laws(name: string, { mapping, complete, partial }: Setting, draw: Draw): readonly Law[] {
  const claim = (text: string, findings: Check) => law(`${name}: ${text}`, draw, findings)
  return [
    claim('the rows reach what the rules accept', async () => complete().flatMap(unreached)),
    claim('what the rules state of themselves is sound', async () => mapping().rules.flatMap(falseLoss)),
    claim('the row functions change nothing that they are given', async () => impurities(complete())),
    claim('SQL and row functions agree on the way there', async (query) => [
      ...(await disagreements(query, complete(), 'forward')),
      ...(await disagreements(query, partial(), 'forward')),
    ]),
    claim('SQL and row functions agree on the way back', async (query) => [
      ...(await disagreements(query, complete(), 'backward')),
      ...(await disagreements(query, partial(), 'backward')),
    ]),
    claim('a legacy row comes back', (query) => legacyRoundTrips(query, complete())),
    claim('a target row that the legacy shape can hold comes back', (query) =>
      targetRoundTrips(query, complete()),
    ),
    claim('SQL knows the target rows that the legacy shape can hold', (query) =>
      misjudged(query, mapping(), complete()),
    ),
  ]
}

type Check = (query: Query) => Promise<readonly Finding[]>

function law(name: string, { seed }: Draw, check: Check): Law {
  const broken = (rule: string, detail: string, options?: FailureOptions) =>
    errors.LAW_BROKEN({ law: name, rule, detail, seed }, options)
  return {
    name,
    run: async (query) => {
      const findings = await check(query).catch((error: unknown) => {
        if (isFailure(error)) throw error
        throw broken('all rules', `it ends in an error: ${String(error)}`, { cause: error })
      })
      const [first, ...others] = findings
      if (!first) return
      const lines = [first.detail, ...others.map(({ rule, detail }) => `${rule}: ${detail}`)]
      throw broken(first.rule, lines.join('\n'))
    },
  }
}

function refersToRows(trials: readonly Trial[]): boolean {
  return trials.some(({ universe }) => [...universe.tables.values()].some((rows) => rows.length > 0))
}

/**
 * An example as a mapping. The target keeps the legacy key as its own key where the types allow it, else in a unique column.
 * Legacy fields of which the example says nothing are dropped.
 */
function mappingOf(kind: RuleKind, { name, legacy, target, rules }: LawExample): Mapping {
  const types = (table: Table, fields: readonly string[]) =>
    fields.map((field) => typeText(fieldNamed(table, field).type)).join(', ')
  const wanted = types(legacy, legacy.key)
  const unique = target.unique.find((fields) => types(target, fields) === wanted)
  const identity =
    types(target, target.key) === wanted || !unique ? sameKey(...target.key) : storedIn(...unique)
  const kinds = new Map([...builtIn, kind].map((each) => [each.kind, each]))
  const shapes = rules.map(({ kind: of, params }) => kinds.get(of)?.shape(params, { legacy, target }))
  const known = new Set([
    ...legacy.key,
    ...shapes.flatMap((shape) => [...(shape?.restores ?? []), ...(shape?.drops ?? [])]),
  ])
  const rest = Object.keys(legacy.fields).filter((field) => !known.has(field))
  const dropped = rest.map((field) => drop(field, 'not part of the example'))
  const definition = { name, legacy, target, identity, kinds: [kind], rules: [...rules, ...dropped] }
  return defineMapping(definition as Parameters<typeof defineMapping>[0]) // its completeness is checked at run time
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
