import { errors } from './errors.ts'
import { hashOf } from './hash.ts'
import { identityFits, type Identity } from './identity.ts'
import { kinds as builtIn } from './kinds/index.ts'
import { withFills } from './legacy-default.ts'
import type { Links } from './links.ts'
import { problemsOf } from './check.ts'
import type { Loss, Root, Rule, RuleKind, Shape, Tables } from './rule.ts'
import { ruleLabel } from './rule.ts'
import { type Slot, slotOf } from './slot.ts'
import type { Table } from './table.ts'
import type { ColumnType } from './column-type.ts'

/** A rule with everything its kind says of it, resolved against the two tables. */
export interface ResolvedRule {
  readonly rule: Rule
  readonly kind: RuleKind
  readonly label: string
  readonly shape: Shape
  readonly loss: Loss
  readonly slots: readonly { readonly slot: Slot; readonly type: ColumnType }[]
  /** Slots of other rules that the way back takes besides. */
  readonly takes: readonly { readonly slot: Slot; readonly type: ColumnType }[]
}

/** A checked mapping: every legacy field is given back or dropped by name, every required target field is written, once. */
export interface Mapping extends Tables {
  readonly name: string
  readonly identity: Identity
  readonly rules: readonly ResolvedRule[]
  readonly links: readonly Links[]
  /** Mappings that rules refer to, by name; the mapping itself is `self`. */
  readonly refersTo: ReadonlyMap<string, Mapping>
  /** Changes whenever the meaning of the mapping does: tables, identity, rules, links. */
  readonly hash: string
}

type Nested = readonly (Rule | readonly Rule[])[]
type Flat<R extends Nested> = R[number] extends infer Each
  ? Each extends readonly (infer One)[]
    ? One
    : Each
  : never
type Given<R extends Nested> =
  Flat<R> extends infer Each ? (Each extends Rule<infer G, string> ? G : never) : never
type Written<R extends Nested> =
  Flat<R> extends infer Each ? (Each extends Rule<string, infer W> ? Root<W> : never) : never

/** `unknown` where every legacy field and every required target field is taken care of, otherwise a type that names the rest. */
export type Complete<LegacyLeft, TargetLeft> = [LegacyLeft] extends [never]
  ? [TargetLeft] extends [never]
    ? unknown
    : { readonly 'no rule writes these required target fields': TargetLeft }
  : { readonly 'no rule gives back or drops these legacy fields': LegacyLeft }

export interface MappingDefinition {
  readonly name: string
  readonly identity: Identity
  readonly links?: readonly Links[]
  /** Rule kinds of one's own, beside those of the language. */
  readonly kinds?: readonly RuleKind[]
}

/**
 * Defines a mapping between two tables, once, for everything that is compiled from it.
 * A legacy field that no rule gives back or drops, and a required target field that no rule writes, are compile errors
 * and, for untyped callers, failures here.
 *
 * Errors: MAPPING.* as one failure with the first problem, the rest in `values.problems`.
 */
export function defineMapping<
  LF extends string,
  LR extends LF,
  LK extends LF,
  TF extends string,
  TR extends TF,
  TK extends TF,
  const R extends Nested,
>(
  definition: MappingDefinition & {
    readonly legacy: Table<LF, LR, LK>
    readonly target: Table<TF, TR, TK>
    readonly rules: R & Complete<Exclude<LF, LK | Given<R>>, Exclude<TR, TK | Written<R>>>
  },
): Mapping {
  const known = new Map([...builtIn, ...(definition.kinds ?? [])].map((kind) => [kind.kind, kind]))
  const tables: Tables = { legacy: definition.legacy, target: definition.target }
  const rules = (definition.rules as Nested)
    .flat()
    .map((rule) => resolve(rule as Rule, known, tables, definition.name))
  const refersTo = new Map<string, Mapping>()
  const mapping: Mapping = {
    name: definition.name,
    ...tables,
    identity: definition.identity,
    rules,
    links: definition.links ?? [],
    refersTo,
    hash: hashOf({
      name: definition.name,
      ...tables,
      identity: definition.identity,
      rules: rules.map(({ rule: { kind, params } }) => ({ kind, params })),
      links: definition.links ?? [],
    }),
  }
  for (const { rule } of rules) for (const other of rule.refersTo ?? []) refersTo.set(other.name, other)
  refersTo.set('self', mapping)
  identityFits(mapping)
  const problems = problemsOf(mapping)
  const [first] = problems
  if (first) throw Object.assign(first, { problems })
  return Object.freeze(mapping)
}

function resolve(
  rule: Rule,
  known: ReadonlyMap<string, RuleKind>,
  tables: Tables,
  mapping: string,
): ResolvedRule {
  const kind = known.get(rule.kind)
  if (!kind) throw errors.KIND_UNKNOWN({ kind: rule.kind, known: [...known.keys()].join(', ') })
  const shape = kind.shape(rule.params, tables)
  const label = ruleLabel(rule, shape)
  for (const why of kind.check?.(rule.params, tables) ?? [])
    throw errors.RULE_MISFIT({ mapping, rule: label, why })
  const places = (refs: Readonly<Record<string, ColumnType>>) =>
    Object.entries(refs).map(([ref, type]) => ({ slot: slotOf(tables.target, ref), type }))
  const slots = places(shape.writes)
  const loss = withFills(tables.legacy, { shape, slots }, kind.loss(rule.params, tables))
  return Object.freeze({ rule, kind, label, shape, loss, slots, takes: places(shape.takes ?? {}) })
}
