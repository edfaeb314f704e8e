import { isInPlace, type Mapping } from '@changeover/mapping'
import { ident, type Sql, sql } from '@changeover/mapping/sql'
import type { ColumnValue } from '@changeover/sync'
import { keyColumns } from './columns.ts'
import type { LegacyTable } from './legacy-table.ts'
import { aliases, type Proxy } from './proxy.ts'
import { touched } from './refusals.ts'

/**
 * A table in place as it was before: without the columns that only the target describes, and with those of which nobody speaks.
 * Its constraints are left to the table itself, in which every row that is written through the view ends.
 */
export function legacyShape(mapping: Mapping, table: LegacyTable): LegacyTable {
  if (!isInPlace(mapping)) return table
  const described = (side: Mapping['legacy']) =>
    new Set(Object.values(side.fields).map(({ column }) => column))
  const [old, fresh] = [described(mapping.legacy), described(mapping.target)]
  const columns = table.columns.filter(({ name }) => old.has(name) || !fresh.has(name))
  return { ...table, columns, checks: [], foreignKeys: [], referredBy: [] }
}

/** In place, the columns that an insert through the view sets as they are given, beside what the rules make of them. */
export function givenColumns(proxy: Proxy): readonly ColumnValue[] {
  return namesOf(proxy).map((name) => ({ column: ident(name), value: ident(aliases.written, name) }))
}

/** The same for an update: what the statement leaves alone stays as it is stored, however it reads. */
export function changedColumns(proxy: Proxy): readonly Sql[] {
  return namesOf(proxy).map((name) => {
    const [stored, given] = [aliases.target, aliases.written].map((row) => ident(row, name))
    return sql`${ident(name)} = CASE WHEN ${touched([name], 'update')} THEN ${given ?? sql`NULL`} ELSE ${stored ?? sql`NULL`} END`
  })
}

function namesOf({ mapping, table, links }: Proxy): readonly string[] {
  if (links !== undefined || !isInPlace(mapping)) return []
  const keys = keyColumns(mapping)
  return table.columns.map(({ name }) => name).filter((name) => !keys.includes(name))
}
