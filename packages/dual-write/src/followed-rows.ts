import type { Queryable } from '@changeover/database'
import type { Direction, Mapping } from '@changeover/mapping'
import { all, ident, join, sql } from '@changeover/mapping/sql'
import { type Key, keyNames, parameter } from '@changeover/sync'
import { capturedTables, type Interest } from './captured-table.ts'
import { changedKeysSql } from './changed-keys.ts'
import type { ReferentialAction, TablePlace } from './referential-actions.ts'

/** An entity that is about to be deleted, whatever table it is of. */
export interface GoneRow {
  readonly schema: string | undefined
  readonly name: string
  /** Columns of the primary key, with their values as texts. */
  readonly key: readonly { readonly column: string; readonly value: string }[]
}

/** Rows of a mapping that the database will delete or change by itself. */
export interface Followed {
  readonly mapping: string
  readonly direction: Direction
  readonly isLink: boolean
  readonly keys: readonly Key[]
}

/** Rows by their place, which holds as long as this transaction has them locked. */
interface Rows {
  readonly table: TablePlace
  readonly places: readonly string[]
}

/**
 * Finds the rows that foreign keys will delete or empty when these rows go, through as many tables as it takes, and locks
 * them and those that go: nobody adds one behind it. `mappings` name the schema of their tables.
 *
 * Cost: one statement for each table of rows that go and each foreign key to it; one more for each mapping that is met.
 */
export async function followedRows(
  tx: Queryable,
  mappings: readonly Mapping[],
  actions: readonly ReferentialAction[],
  gone: readonly GoneRow[],
): Promise<readonly Followed[]> {
  const captured = new Map(capturedTables(mappings).map(({ sql: { text }, interests }) => [text, interests]))
  const seen = new Set<string>()
  const found: Followed[] = []
  let next = await lockGone(tx, actions, gone)
  while (next.length > 0) {
    const deleted: Rows[] = []
    for (const parents of next)
      for (const action of actions.filter(
        ({ to, onDelete }) => to.sql.text === parents.table.sql.text && onDelete !== 'nothing',
      )) {
        const rows = unseen(await lockFollowing(tx, action, parents), seen, action.onDelete)
        if (rows.places.length === 0) continue
        for (const interest of captured.get(rows.table.sql.text) ?? [])
          found.push(await keysAt(tx, interest, rows))
        if (action.onDelete === 'delete') deleted.push(rows)
      }
    next = deleted
  }
  return found.filter(({ keys }) => keys.length > 0)
}

async function lockGone(
  tx: Queryable,
  actions: readonly ReferentialAction[],
  gone: readonly GoneRow[],
): Promise<readonly Rows[]> {
  const parents = new Map(actions.map(({ to }) => [to.sql.text, to]))
  const locked: Rows[] = []
  for (const table of parents.values()) {
    const own = gone.filter(
      ({ schema, name }) => name === table.name && (schema ?? table.schema) === table.schema,
    )
    const [first] = own
    if (!first) continue
    const columns = first.key.map(({ column }) => column)
    const where = columns.map((column, index) => sql`p.${ident(column)} = ANY (${parameter(index + 1)})`)
    const { rows } = await tx.query<{ place: string }>(
      sql`SELECT p.ctid::text AS place FROM ${table.sql} AS p WHERE ${all(where)} FOR UPDATE`.text,
      columns.map((_column, index) => own.map(({ key }) => key[index]?.value ?? '')),
    )
    locked.push({ table, places: rows.map(({ place }) => place) })
  }
  return locked
}

async function lockFollowing(
  tx: Queryable,
  { from, to, columns, toColumns, onDelete }: ReferentialAction,
  { places }: Rows,
): Promise<Rows> {
  const refers = columns.map((column, index) => sql`c.${ident(column)} = p.${ident(toColumns[index] ?? '')}`)
  const strength = onDelete === 'delete' ? sql`UPDATE` : sql`NO KEY UPDATE`
  const { rows } = await tx.query<{ place: string }>(
    sql`SELECT c.ctid::text AS place FROM ${to.sql} AS p JOIN ${from.sql} AS c ON ${all(refers)}
      WHERE p.ctid = ANY (${parameter(1)}::tid[]) FOR ${strength} OF c`.text,
    [places],
  )
  return { table: from, places: rows.map(({ place }) => place) }
}

/** A row may be met on two ways; one that is emptied may still be deleted on another. */
function unseen({ table, places }: Rows, seen: Set<string>, onDelete: string): Rows {
  const named = (place: string) => `${onDelete} ${table.sql.text} ${place}`
  const fresh = places.filter((place) => !seen.has(named(place)))
  for (const place of fresh) seen.add(named(place))
  return { table, places: fresh }
}

async function keysAt(tx: Queryable, interest: Interest, { table, places }: Rows): Promise<Followed> {
  const names = keyNames(interest.mapping)
  const texts = names.map((name) => sql`${ident('found', name)}::text AS ${ident(name)}`)
  const { rows } = await tx.query<Record<string, string>>(
    sql`WITH changeover_rows AS (SELECT * FROM ${table.sql} WHERE ctid = ANY (${parameter(1)}::tid[]))
      SELECT ${join(texts)} FROM (${changedKeysSql(interest, 'changeover_rows')}) AS found`.text,
    [places],
  )
  return {
    mapping: interest.mapping.name,
    direction: interest.direction,
    isLink: interest.link !== undefined,
    keys: rows.map((row) => names.map((name) => String(row[name]))),
  }
}
