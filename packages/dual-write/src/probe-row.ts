import {
  type ColumnType,
  type Direction,
  type Field,
  fieldNamed,
  keyPairs,
  type Mapping,
  type Table,
  tableSql,
} from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames, newKey, sidesOf } from '@changeover/sync'

/**
 * Inserts a copy of some row of the side that leads, with a new key, values of its own where no two rows may share one, and
 * on the target without the identity. Returns its legacy key as texts `k0, …`; no row where there is none to copy.
 */
export function probeRowSql(mapping: Mapping, direction: Direction): Sql {
  const { authority } = sidesOf(mapping, direction)
  const { table, alias } = authority
  const keepsKey = direction === 'backward' && mapping.identity.kind === 'storedIn'
  const made = table.key.filter((field) => !keepsKey || !mapping.identity.slots.includes(field))
  const changes = direction === 'forward' ? freshFields(mapping.legacy) : freshSlots(mapping)
  const columns = Object.values(table.fields)
    .filter(({ generated }) => !generated)
    .map((field) => {
      const column = ident(field.column)
      if (made.includes(field.name))
        return {
          column,
          value: isText(field.type) ? freshSql(field.type) : newKey(mapping, table, field.name),
        }
      const own = changes.filter((change) => change.column === field.column)
      return { column, value: changed(ident(alias, field.column), own) }
    })
  const returned = authority.legacyKey.map((key, index) => {
    return sql`(${key})::text AS ${ident(keyNames(mapping)[index] ?? '')}`
  })
  const known = authority.legacyKey.map((key) => sql`${key} IS NOT NULL`)
  return sql`INSERT INTO ${authority.name} AS ${ident(alias)} (${join(columns.map(({ column }) => column))})
    SELECT ${join(columns.map(({ value }) => value))} FROM ${tableSql(table)} AS ${ident(alias)} WHERE ${all([authority.scope, ...known])} LIMIT 1
    RETURNING ${join(returned)}`
}

/** What a copy has of its own: a value, or nothing, in a column or under a key of its JSON. */
interface Change {
  readonly column: string
  readonly jsonKey: string | undefined
  readonly value: Sql | undefined
}

function changed(copied: Sql, changes: readonly Change[]): Sql {
  const [first] = changes
  if (!first) return copied
  if (first.jsonKey === undefined) return first.value ?? sql`NULL`
  const keys = changes.map(({ jsonKey }) => literal(jsonKey ?? ''))
  const pairs = changes.flatMap(({ jsonKey, value }) =>
    value ? [sql`${literal(jsonKey ?? '')}, ${value}`] : [],
  )
  return sql`${copied} - ARRAY[${join(keys)}] || jsonb_build_object(${join(pairs)})`
}

/** One field of each unique set but the key: left out where it can be, otherwise with a value that no row has. */
function distinguishing(table: Table): readonly Field[] {
  return table.unique.flatMap((set) => {
    const fields = set.map((name) => fieldNamed(table, name))
    const own =
      fields.find(({ nullable }) => nullable) ??
      fields.find(({ type }) => type.base === 'uuid' || isText(type)) ??
      fields[0]
    return own && !table.key.includes(own.name) ? [own] : []
  })
}

function freshFields(table: Table): readonly Change[] {
  return distinguishing(table).map(({ column, nullable, type }) => {
    return { column, jsonKey: undefined, value: nullable ? undefined : freshSql(type) }
  })
}

/** The slots that give back such a field, and the identity. */
function freshSlots(mapping: Mapping): readonly Change[] {
  const identity = mapping.identity.kind === 'sameKey' ? [] : keyPairs(mapping)
  const without = identity.map(({ slot }) => ({
    column: slot.field.column,
    jsonKey: slot.jsonKey,
    value: undefined,
  }))
  const fresh = distinguishing(mapping.legacy).flatMap(({ name, nullable, type }) =>
    mapping.rules
      .filter(({ shape }) => shape.restores.includes(name))
      .flatMap(({ slots }) =>
        slots.map(({ slot }): Change => {
          const { column, type: stored } = slot.field
          const value =
            slot.jsonKey === undefined && isText(stored) ? sql`(${freshSql(type)})::text` : freshSql(type)
          return { column, jsonKey: slot.jsonKey, value: nullable ? undefined : value }
        }),
      ),
  )
  return [...without, ...fresh]
}

function freshSql(type: ColumnType): Sql {
  if (type.base === 'uuid') return sql`gen_random_uuid()`
  if (isText(type)) return sql`left(md5(random()::text), ${literal(type.size ?? 32)})`
  return sql`floor(random() * 32767)::smallint`
}

function isText({ base }: ColumnType): boolean {
  return base === 'text' || base === 'varchar' || base === 'char'
}
