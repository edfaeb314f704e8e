import {
  at,
  type ColumnType,
  fieldNamed,
  identitySql,
  isInPlace,
  keyPairs,
  type Mapping,
  type ResolvedRule,
  type Slot,
  typeText,
  valuesSql,
} from '@changeover/mapping'
import { ident, type Sql, sql, typeName } from '@changeover/mapping/sql'
import type { LegacyColumn } from './legacy-table.ts'
import { aliases, type Proxy, type ProxySet } from './proxy.ts'
import { longReading } from './long-readings.ts'
import { keyReading, readingOf } from './read-functions.ts'
import { functionScope } from './reference-functions.ts'
import { answered, referenceRules } from './reference-rules.ts'

/** A column of the view, as an expression over the target's row. */
export interface ProxyColumn {
  readonly name: string
  /** The mapping's field of that column; undefined for a column that the mapping does not know. */
  readonly field: string | undefined
  readonly value: Sql
  readonly column: LegacyColumn
}

/** How other rows are asked: once for each row of the view (see `askedOnce`), or in place, by each column for itself. */
export type Asked = 'once' | 'in place'

/** All columns of a legacy table in its order. One that is dropped by name, or unknown, reads as its constant default or NULL; in place an unknown one reads as it is. */
export function proxyColumns(set: ProxySet, { mapping, table }: Proxy, asked: Asked): readonly ProxyColumn[] {
  const read = readings(set, mapping, asked)
  return table.columns.map((column) => {
    const field = Object.values(mapping.legacy.fields).find((each) => each.column === column.name)
    const value = field && read.get(field.name)
    if (!value && !field && isInPlace(mapping))
      return { name: column.name, field: undefined, value: ident(aliases.target, column.name), column }
    if (!value) return { name: column.name, field: field?.name, value: givenUp(column), column }
    return {
      name: column.name,
      field: field.name,
      value: sql`(${value})::${typeName(typeText(field.type))}`,
      column,
    }
  })
}

/** Where the row of a legacy key stands on the target: in the mapping's scope, with an identity. */
export function identified(mapping: Mapping): readonly Sql[] {
  return keyPairs(mapping).flatMap(({ slot }) =>
    slot.jsonKey === undefined && !slot.field.nullable
      ? []
      : [sql`${identitySql(slot, aliases.target)} IS NOT NULL`],
  )
}

/** The legacy key columns, by name. */
export function keyColumns(mapping: Mapping): readonly string[] {
  return mapping.legacy.key.map((name) => fieldNamed(mapping.legacy, name).column)
}

function readings(set: ProxySet, mapping: Mapping, asked: Asked): ReadonlyMap<string, Sql> {
  const rules = asked === 'once' ? referenceRules(set, mapping) : []
  return new Map([
    ...keyPairs(mapping).map((pair) => [pair.field.name, keyReading(set, pair)] as const),
    ...mapping.rules.flatMap((rule) => {
      const refers = rules.find(({ resolved }) => resolved === rule)
      if (refers)
        return rule.shape.restores.map(
          (name) => [name, answered(refers, fieldNamed(mapping.legacy, name).column)] as const,
        )
      return ruleReadings(set, mapping, rule).map(({ name, value }) => [name, value] as const)
    }),
  ])
}

/** What makes the functions of the readings that are too long to stand in the view. */
export function longReadings(set: ProxySet, mapping: Mapping): readonly string[] {
  return mapping.rules.flatMap((rule) =>
    ruleReadings(set, mapping, rule).flatMap(({ create }) => create ?? []),
  )
}

/** The legacy fields of a rule over the row of the target; with `create` where a function has to be made for one. */
function ruleReadings(set: ProxySet, mapping: Mapping, rule: ResolvedRule) {
  const values = valuesSql(mapping, rule, 'backward', {
    legacy: aliases.written,
    target: aliases.target,
    scope: functionScope(set, mapping),
    read: (slot: Slot, type: ColumnType) => readingOf(set, slot, type),
  })
  const asksOtherRows = rule.shape.references !== undefined
  return rule.shape.restores.map((name) => {
    const value = at(values, name)
    const long = asksOtherRows
      ? undefined
      : longReading(set, mapping, fieldNamed(mapping.legacy, name), value)
    return { name, value: long?.call ?? value, create: long?.create }
  })
}

function givenUp({ defaultSql, isConstant, type }: LegacyColumn): Sql {
  const value = isConstant && defaultSql !== null ? { text: defaultSql } : sql`NULL`
  return sql`(${value})::${typeName(type)}`
}
