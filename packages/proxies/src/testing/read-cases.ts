import fc from 'fast-check'
import { ident, join, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { keyColumns } from '../columns.ts'
import type { LegacyColumn } from '../legacy-table.ts'
import type { Proxy } from '../proxy.ts'
import type { ColumnValues } from './column-values.ts'

/** Filter, order and page of one table, as the text after FROM. */
export function readCases(proxy: Proxy, values: ColumnValues): fc.Arbitrary<Sql> {
  const page = fc.record({ limit: fc.option(fc.nat(60)), offset: fc.option(fc.nat(20)) })
  return fc.tuple(filters(proxy, values), orders(proxy), page).map(([where, order, { limit, offset }]) => {
    const limited = limit === null ? sql`` : sql` LIMIT ${literal(limit)}`
    const skipped = offset === null ? sql`` : sql` OFFSET ${literal(offset)}`
    return sql`WHERE ${where} ORDER BY ${order}${limited}${skipped}`
  })
}

/** Conditions on the columns of a table, some of them joined. */
export function filters(proxy: Proxy, values: ColumnValues): fc.Arbitrary<Sql> {
  const one = fc.constantFrom(...proxy.table.columns).chain((column) => condition(column, values))
  const two = fc
    .tuple(one, fc.constantFrom('AND', 'OR'), one)
    .map(([left, word, right]) => sql`(${left} ${{ text: word }} ${right})`)
  const not = one.map((each) => sql`NOT ${each}`)
  return fc.oneof({ weight: 4, arbitrary: one }, { weight: 3, arbitrary: two }, { weight: 1, arbitrary: not })
}

/** A value of a column as a typed literal. */
export function valueOf({ name, type }: LegacyColumn, values: ColumnValues): fc.Arbitrary<Sql> {
  // The cast takes no length, which would cut what the column has to refuse.
  const base = type.replace(/\(.*?\)/, '')
  return fc
    .constantFrom(...(values.get(name) ?? [null]))
    .map((value) => sql`${literal(value)}::${typeName(base)}`)
}

function condition(column: LegacyColumn, values: ColumnValues): fc.Arbitrary<Sql> {
  const name = ident(column.name)
  const value = valueOf(column, values)
  const compared = fc
    .tuple(fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM'), value)
    .map(([operator, each]) => sql`(${name} ${{ text: operator }} ${each})`)
  const listed = fc
    .array(value, { minLength: 1, maxLength: 4 })
    .map((each) => sql`(${name} IN (${join(each)}))`)
  const between = fc.tuple(value, value).map(([low, high]) => sql`(${name} BETWEEN ${low} AND ${high})`)
  const present = fc.constantFrom(sql`(${name} IS NULL)`, sql`(${name} IS NOT NULL)`)
  const like = fc
    .constantFrom('a%', '%e%', '%', '_%')
    .map((pattern) => sql`(${name}::text ILIKE ${literal(pattern)})`)
  return fc.oneof(compared, compared, listed, between, present, like)
}

/** Up to two columns, then the key, so that every order is total. */
function orders(proxy: Proxy): fc.Arbitrary<Sql> {
  const key = (proxy.links ? proxy.table.columns.map(({ name }) => name) : keyColumns(proxy.mapping)).map(
    (name) => ident(name),
  )
  const one = fc
    .tuple(
      fc.constantFrom(...proxy.table.columns),
      fc.constantFrom('', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'),
    )
    .map(([{ name }, how]) => sql`${ident(name)}${{ text: how }}`)
  return fc.array(one, { maxLength: 2 }).map((each) => join([...each, ...key]))
}
