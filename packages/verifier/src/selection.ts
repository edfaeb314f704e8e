import { fieldNamed, type Table, typeText } from '@changeover/mapping'
import { ident, join, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { type Key, parameter } from '@changeover/sync'

/**
 * Which rows of a table a statement reads: those after a key (exclusive) up to a key (inclusive), an absent end being open;
 * or those of given keys.
 */
export type Selection =
  | { readonly by: 'range'; readonly after: Key | null; readonly upTo: Key | null }
  | { readonly by: 'keys'; readonly keys: readonly Key[] }

/** What of a selection shapes the text of its statement. */
export interface SelectionShape {
  readonly by: Selection['by']
  readonly after: boolean
  readonly upTo: boolean
}

export function shapeOf(selection: Selection): SelectionShape {
  if (selection.by === 'keys') return { by: 'keys', after: false, upTo: false }
  return { by: 'range', after: selection.after !== null, upTo: selection.upTo !== null }
}

/** The columns of a table's key. */
export function keyColumns(table: Table, alias: string): readonly Sql[] {
  return table.key.map((name) => ident(alias, fieldNamed(table, name).column))
}

/**
 * The condition on a table's key, in parameters from `$1` on, with the number of the next free parameter. `key` are other
 * expressions that hold the same key.
 */
export function selectionSql(
  table: Table,
  alias: string,
  { by, after, upTo }: SelectionShape,
  key: readonly Sql[] = keyColumns(table, alias),
) {
  const types = table.key.map((name) => keyType(table, name))
  if (by === 'keys') {
    const arrays = types.map((type, index) => sql`${parameter(1 + index)}::${type}[]`)
    return {
      conditions: [sql`(${join(key)}) IN (SELECT * FROM unnest(${join(arrays)}))`],
      next: 1 + types.length,
    }
  }
  const tuple = (first: number) => join(types.map((type, index) => sql`${parameter(first + index)}::${type}`))
  const conditions: Sql[] = []
  let next = 1
  if (after) {
    conditions.push(sql`(${join(key)}) > (${tuple(next)})`)
    next += types.length
  }
  if (upTo) {
    conditions.push(sql`(${join(key)}) <= (${tuple(next)})`)
    next += types.length
  }
  return { conditions, next }
}

/** Values for the parameters of {@link selectionSql}. */
export function selectionParameters(table: Table, selection: Selection): readonly unknown[] {
  if (selection.by === 'keys')
    return table.key.map((_name, index) => selection.keys.map((key) => key[index] ?? ''))
  return [...(selection.after ?? []), ...(selection.upTo ?? [])]
}

/** A length limit would only cut values that cannot match: compare without it. */
function keyType(table: Table, name: string): Sql {
  const { type } = fieldNamed(table, name)
  return typeName(type.base === 'varchar' ? 'text' : typeText(type))
}
