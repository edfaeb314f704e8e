import type { Database } from '@changeover/database'
import type { Direction, Mapping } from '@changeover/mapping'
import { join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { type Key, keyParameters, parameter } from '@changeover/sync'
import { functionSql } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import { flushName } from './flush-function.ts'
import { addKeys, type FlushedRows, keyOfEntity } from './flushed.ts'
import { arrays } from './sync-call.ts'

/** Keys of one mapping to sync, and whether it is for their links. */
export interface Payment {
  readonly mapping: Mapping
  readonly keys: readonly Key[]
  readonly links: boolean
}

/** Syncs what was flushed on the legacy side. */
export async function payForward(
  database: Database,
  dualWrite: DualWrite,
  flushed: readonly FlushedRows[],
): Promise<void> {
  const due = flushed.flatMap(({ mapping, keys, rows, links, linkKeys }): readonly Payment[] => {
    const changed = new Map(keys)
    addKeys(changed, keysOf(mapping, rows))
    const linked = new Map(linkKeys)
    addKeys(linked, keysOf(mapping, links))
    return [
      { mapping, keys: [...changed.values()], links: false },
      { mapping, keys: [...linked.values()], links: true },
    ]
  })
  await pay(database, dualWrite, 'forward', due)
}

/** One statement for all of them. Mappings come in the order of their references. */
export async function pay(
  database: Database,
  { migration, mappings }: DualWrite,
  direction: Direction,
  payments: readonly Payment[],
): Promise<void> {
  const due = payments
    .filter(({ keys }) => keys.length > 0)
    .toSorted((left, right) => Number(left.links) - Number(right.links))
  if (due.length === 0) return
  const parameters: (readonly string[])[] = []
  const calls = due.map(({ mapping, keys, links }): Sql => {
    const given = keyParameters(mapping, keys)
    const types = arrays(mappings.find(({ name }) => name === mapping.name) ?? mapping)
    const places = given.map(
      (_values, index) => sql`${parameter(parameters.length + index + 1)}::${types[index] ?? sql`text[]`}`,
    )
    parameters.push(...given)
    return sql`${functionSql({ name: flushName(migration, mapping, direction) })}(${join([...places, literal(links)])})`
  })
  await database.query(sql`SELECT ${join(calls)}`.text, parameters)
}

function keysOf(mapping: Mapping, entities: ReadonlySet<object>): readonly Key[] {
  return [...entities].flatMap((entity) => {
    const key = keyOfEntity(mapping.legacy, entity)
    return key ? [key] : []
  })
}
