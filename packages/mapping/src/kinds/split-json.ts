import { bug } from '@changeover/errors'
import { cellFields, type ChildRows, childRowsPart } from '../child-rows.ts'
import { type ColumnType, typeText } from '../column-type.ts'
import { fromJsonRow, fromJsonSql, toJsonRow, toJsonSql } from '../json.ts'
import { isJsonNull, jsonNull } from '../json-null.ts'
import { divide, type JsonPart, once, restSql, unite, uniteSql, valueAt, valuePart } from '../json-parts.ts'
import { at, type Rule, type RuleKind, rule, type Shape } from '../rule.ts'
import { slotOf } from '../slot.ts'
import { literal, type Sql, sql } from '../sql.ts'
import { fieldNamed, type Table } from '../table.ts'
import type { Json } from '../value.ts'
import { documents, splitJsonExample, storedLists } from './split-json.inputs.ts'

interface SplitJson {
  readonly field: string
  readonly columns: Readonly<Record<string, string>>
  readonly lists: Readonly<Record<string, ChildRows>>
  readonly rest: string
}

/**
 * Splits a JSON object: each key of `columns` becomes a typed column, each list of `lists` child rows, and what has no place
 * of its own is kept in the jsonb column `rest`: keys without a column, values that do not fit theirs or would come back
 * with other digits, a list that is empty or no list at all, and a value that is no object. A column that is NULL is an
 * absent key, and so is a list without rows.
 */
export function splitJson<
  const F extends string,
  const C extends string,
  const R extends string,
  const S extends string = never,
>(
  field: F,
  into: {
    readonly columns: Readonly<Record<string, C>>
    readonly lists?: Readonly<Record<string, ChildRows<S>>>
    readonly rest: R
  },
): Rule<F, C | S | R> {
  return rule('splitJson', { field, columns: into.columns, lists: into.lists ?? {}, rest: into.rest })
}

export const splitJsonKind: RuleKind<SplitJson> = {
  kind: 'splitJson',
  shape: ({ field, columns, lists, rest }, { target }) => ({
    reads: [field],
    restores: [field],
    writes: Object.fromEntries([
      ...Object.values(columns).map((slot) => [slot, slotOf(target, slot).field.type] as const),
      ...Object.values(lists).map(({ slot }) => [slot, { base: 'jsonb' }] as const),
      [rest, { base: 'jsonb' }] as const,
    ]),
  }),
  check: ({ field, columns, lists, rest }, { legacy, target }) => {
    const from = fieldNamed(legacy, field).type
    const both = Object.keys(columns).filter((key) => key in lists)
    const types = [...Object.values(columns), rest].map((slot) => ({
      slot,
      type: slotOf(target, slot).field.type,
    }))
    return [
      ...(from.base === 'jsonb' ? [] : [`${field} is ${typeText(from)} and not jsonb.`]),
      ...both.map((key) => `${key} cannot be a column and a list.`),
      ...types
        .filter(({ slot, type }) => type.base === 'json' || (slot === rest && type.base !== 'jsonb'))
        .map(({ slot }) => `${slot} must be jsonb.`),
      ...Object.values(lists).flatMap((rows) => strayFields(rows, target)),
    ]
  },
  forward: (params, { [params.field]: value = null }, _scope, shape) => {
    const parts = partsOf(params, shape)
    const json: Json = isJsonNull(value) ? null : (value as Json) // a jsonb field
    const divided = divide(
      parts.map(({ part }) => part),
      json,
    )
    return Object.fromEntries([
      ...parts.map(({ part, slot, isList }) => {
        const stored = valueAt(divided.parts, part.key)
        return [slot, isList ? (stored ?? []) : fromJsonRow(stored, typeIn(shape, slot))] as const
      }),
      [params.rest, value === null ? null : (divided.rest ?? jsonNull)] as const,
    ])
  },
  forwardSql: (params, legacy, _scope, shape) => {
    const json = at(legacy, params.field)
    const parts = partsOf(params, shape)
    const slots = parts.map(({ part, slot, isList }) => {
      const made = (value: Sql) =>
        isList ? sql`COALESCE(${part.storedSql(value)}, '[]')` : fromJsonSql(value, typeIn(shape, slot))
      return [slot, onceUnlessColumn(sql`(${json} -> ${literal(part.key)})`, json, made)] as const
    })
    const rest = (value: Sql) =>
      restSql(
        parts.map(({ part }) => part),
        value,
      )
    return Object.fromEntries([...slots, [params.rest, onceUnlessColumn(json, json, rest)] as const])
  },
  backward: (params, target, _scope, shape) => {
    const parts = partsOf(params, shape)
    const stored = parts.flatMap(({ part, slot, isList }): readonly [string, Json][] => {
      const value = toJsonRow(target[slot] ?? null, typeIn(shape, slot))
      if (value === undefined) return []
      if (isList && (!Array.isArray(value) || value.length === 0)) return []
      return [[part.key, value]]
    })
    const rest = target[params.rest] ?? null
    const kept: Json | undefined = rest === null ? undefined : isJsonNull(rest) ? null : (rest as Json) // a jsonb slot
    if (stored.length === 0 && kept === undefined) return { [params.field]: null }
    const united = unite(
      parts.map(({ part }) => part),
      { parts: Object.fromEntries(stored), rest: kept ?? null },
    )
    return { [params.field]: united ?? jsonNull }
  },
  backwardSql: (params, target, _scope, shape) => {
    const parts = partsOf(params, shape)
    const byKey = new Map(parts.map((each) => [each.part.key, each]))
    const stored = ({ key }: JsonPart) => {
      const { slot = '', isList = false } = byKey.get(key) ?? {}
      const value = at(target, slot)
      return isList
        ? sql`CASE WHEN jsonb_typeof(${value}) = 'array' THEN NULLIF(${value}, '[]') END`
        : toJsonSql(value, typeIn(shape, slot))
    }
    return {
      [params.field]: uniteSql(
        parts.map(({ part }) => part),
        stored,
        at(target, params.rest),
      ),
    }
  },
  loss: ({ rest }) => ({
    forward: { holds: 'residue', in: [rest] },
    backward: {
      holds: 'part',
      why: `of a key that has a place and is kept in ${rest}, the place counts; an empty list is an absent key`,
    },
  }),
  doc: ({ columns, lists, rest }) =>
    [
      ...Object.entries(columns).map(([key, slot]) => `key \`${key}\` in \`${slot}\``),
      ...Object.entries(lists).map(
        ([key, rows]) => `list \`${key}\` as rows of \`${rows.table.name}\`, in order`,
      ),
      `the rest in \`${rest}\``,
    ].join('; '),
  inputs: ({ field, columns, lists, rest }) => ({
    legacy: { [field]: documents(Object.keys(columns), Object.entries(lists)) },
    target: {
      ...Object.fromEntries(Object.values(lists).map((rows) => [rows.slot, storedLists(rows)])),
      [rest]: documents(Object.keys(columns), Object.entries(lists)),
    },
  }),
  examples: [splitJsonExample((into) => splitJson('state', into))],
}

/** Works out once what is taken from more than a column. */
function onceUnlessColumn(value: Sql, from: Sql, use: (value: Sql) => Sql): Sql {
  return /^("[^"]*"\.)?"[^"]*"$/.test(from.text) ? use(value) : once(value, use)
}

interface Placed {
  readonly part: JsonPart
  readonly slot: string
  readonly isList: boolean
}

function partsOf({ columns, lists }: SplitJson, shape: Shape): readonly Placed[] {
  return [
    ...Object.entries(columns).map(([key, slot]) => {
      return { part: valuePart(key, typeIn(shape, slot)), slot, isList: false }
    }),
    ...Object.entries(lists).map(([key, rows]) => {
      return { part: childRowsPart(key, rows), slot: rows.slot, isList: true }
    }),
  ]
}

function typeIn({ writes }: Shape, slot: string): ColumnType {
  const type = writes[slot]
  if (!type) throw bug(`splitJson has no type for ${slot}`)
  return type
}

/** Child rows whose columns are not those that the view lists: what the rule does not write would be emptied. */
function strayFields({ slot, table, columns, rest }: ChildRows, target: Table): readonly string[] {
  const source = target.madeOf?.find(({ list }) => list?.field === slot)
  if (!source) return [`${slot} is no list of child rows of ${target.name}: describe it with documentOf(…).`]
  const written = new Set([...Object.values(columns), rest])
  const stored = cellFields(source).map(({ name }) => name)
  return [
    ...stored
      .filter((name) => !written.has(name))
      .map((name) => `no key of ${slot} is kept in ${table.name}.${name}; leave it out of the description.`),
    ...[...written]
      .filter((name) => !stored.includes(name))
      .map((name) => `${table.name}.${name} is not in ${slot}.`),
    ...(fieldNamed(table, rest).type.base === 'jsonb' ? [] : [`${table.name}.${rest} must be jsonb.`]),
  ]
}
