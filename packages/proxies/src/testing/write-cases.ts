import fc from 'fast-check'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { keyColumns } from '../columns.ts'
import type { LegacyColumn } from '../legacy-table.ts'
import type { Proxy } from '../proxy.ts'
import type { ColumnValues } from './column-values.ts'
import { filters, valueOf } from './read-cases.ts'

/** A statement that writes, over the name of the table or of the view. */
export type WriteCase = (table: Sql) => Sql

/** Inserts, updates and deletes, legal ones and others. Keys are given, since two inserts never get the same of a sequence. */
export function writeCases(proxy: Proxy, values: ColumnValues): fc.Arbitrary<WriteCase> {
  const { columns } = proxy.table
  const keys = proxy.links ? columns.map(({ name }) => name) : keyColumns(proxy.mapping)
  const others = columns.filter(({ name }) => !keys.includes(name))
  const insert = rowsFor(columns, keys, values).map(
    (row): WriteCase =>
      (table) =>
        sql`INSERT INTO ${table} (${join(row.map(([name]) => ident(name)))}) VALUES (${join(row.map(([, value]) => value))}) RETURNING *`,
  )
  const few = fc.tuple(filters(proxy, values), fc.nat(9)).map(([where, digit]) => {
    const text = join(
      keys.map((name) => sql`${ident(name)}::text`),
      ' || ',
    )
    return sql`${where} AND right(md5(${text}), 1) = ${literal(digit.toString(16))}`
  })
  const remove = few.map(
    (where): WriteCase =>
      (table) =>
        sql`DELETE FROM ${table} WHERE ${where} RETURNING *`,
  )
  if (others.length === 0) return fc.oneof(insert, remove)
  const update = fc.tuple(assignments(others, values), few).map(
    ([sets, where]): WriteCase =>
      (table) =>
        sql`UPDATE ${table} SET ${sets} WHERE ${where} RETURNING *`,
  )
  return fc.oneof(
    { weight: 3, arbitrary: insert },
    { weight: 5, arbitrary: update },
    { weight: 2, arbitrary: remove },
  )
}

type Cell = readonly [name: string, value: Sql]

/** The key, what has no default, and some of the rest. */
function rowsFor(
  columns: readonly LegacyColumn[],
  keys: readonly string[],
  values: ColumnValues,
): fc.Arbitrary<readonly Cell[]> {
  const cells = columns.map((column) => {
    const required = keys.includes(column.name) || (column.notNull && column.defaultSql === null)
    const value = keys.length === 1 && keys[0] === column.name ? newKey(column) : valueOf(column, values)
    const cell = value.map((each): readonly Cell[] => [[column.name, each]])
    return required
      ? cell
      : fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: cell })
  })
  return fc.tuple(...cells).map((each) => each.flat())
}

function newKey({ type }: LegacyColumn): fc.Arbitrary<Sql> {
  if (type === 'uuid') return fc.uuid().map((value) => sql`${literal(value)}::uuid`)
  return fc.integer({ min: 100_000, max: 200_000 }).map((value) => sql`${literal(value)}`)
}

function assignments(columns: readonly LegacyColumn[], values: ColumnValues): fc.Arbitrary<Sql> {
  const one = fc
    .constantFrom(...columns)
    .chain((column) => valueOf(column, values).map((value) => [column.name, value] as const))
  return fc
    .uniqueArray(one, { minLength: 1, maxLength: 4, selector: ([name]) => name })
    .map((each) => join(each.map(([name, value]) => sql`${ident(name)} = ${value}`)))
}
