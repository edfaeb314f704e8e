import {
  type Direction,
  inOrder,
  type LinkSide,
  type Mapping,
  type Source,
  type Table,
  tableSql,
} from '@changeover/mapping'
import type { Sql } from '@changeover/mapping/sql'

/** Why a mapping wants to know of a change of a table, and which way it is synced then. */
export interface Interest {
  readonly mapping: Mapping
  readonly direction: Direction
  /** The link set whose rows these are; absent for the mapping's own tables. */
  readonly link?: LinkSide
  /** The part of a view of which these are rows; absent where the mapping's own side is a table. */
  readonly source?: Source
}

/** A table with everybody who wants to know of its changes. */
export interface CapturedTable {
  readonly name: string
  readonly sql: Sql
  readonly interests: readonly Interest[]
}

/** Every table that some mapping captures, once, whichever side it is on. Mappings come after those they refer to. */
export function capturedTables(mappings: readonly Mapping[]): readonly CapturedTable[] {
  const found = inOrder(mappings).flatMap((mapping) => [
    ...interestsOf(mapping, 'forward', mapping.legacy),
    ...interestsOf(mapping, 'backward', mapping.target),
  ])
  const byTable = Map.groupBy(found, ({ table }) => tableSql(table).text)
  return [...byTable.values()].flatMap((each) => {
    const [first] = each
    if (!first) return []
    const interests = each.map(({ interest }) => interest)
    const { schema, name } = first.table
    return [
      { name: schema === undefined ? name : `${schema}.${name}`, sql: tableSql(first.table), interests },
    ]
  })
}

function interestsOf(mapping: Mapping, direction: Direction, own: Table) {
  const links = mapping.links.map((link): { table: Table; interest: Interest } => {
    const side = direction === 'forward' ? link.legacy : link.target
    return { table: side.table, interest: { mapping, direction, link: side } }
  })
  const sources = own.madeOf?.map((source): { table: Table; interest: Interest } => {
    return { table: source.table, interest: { mapping, direction, source } }
  })
  return [...(sources ?? [{ table: own, interest: { mapping, direction } }]), ...links]
}
