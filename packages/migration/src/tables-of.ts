import type { Table } from '@changeover/mapping'
import type { Migration } from './define-migration.ts'

/** A table that a migration speaks of, and on which side it stands. */
export interface SidedTable {
  readonly table: Table
  readonly side: 'legacy' | 'target'
}

/** The tables of a migration, link tables and those behind views among them: each once, the legacy side first. */
export function tablesOf({ mappings }: Migration): readonly SidedTable[] {
  const named = mappings.flatMap(({ legacy, target, links }): readonly SidedTable[] => [
    ...behind(legacy, 'legacy'),
    ...links.flatMap((each) => behind(each.legacy.table, 'legacy')),
    ...behind(target, 'target'),
    ...links.flatMap((each) => behind(each.target.table, 'target')),
  ])
  const first = [...Map.groupBy(named, ({ table, side }) => `${side} ${nameOf(table)}`).values()]
  return first.flatMap(([each]) => each ?? []).toSorted((left, right) => left.side.localeCompare(right.side))
}

/** How a table is called in reports. */
export function nameOf({ schema, name }: Table): string {
  return schema === undefined ? name : `${schema}.${name}`
}

function behind(table: Table, side: SidedTable['side']): readonly SidedTable[] {
  return (table.madeOf?.map((source) => source.table) ?? [table]).map((each) => ({ table: each, side }))
}
