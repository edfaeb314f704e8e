import { fieldNamed, typeText } from '@changeover/mapping'
import { ident, join, sql, typeName } from '@changeover/mapping/sql'
import { parameter } from '@changeover/sync'
export function shapeOf(selection) {
  if (selection.by === 'keys') return { by: 'keys', after: false, upTo: false }
  return { by: 'range', after: selection.after !== null, upTo: selection.upTo !== null }
}
/** The columns of a table's key. */
export function keyColumns(table, alias) {
  return table.key.map((name) => ident(alias, fieldNamed(table, name).column))
}
/**
 * The condition on a table's key, in parameters from `$1` on, with the number of the next free parameter. `key` are other
 * expressions that hold the same key.
 */
export function selectionSql(table, alias, { by, after, upTo }, key = keyColumns(table, alias)) {
  const types = table.key.map((name) => keyType(table, name))
  if (by === 'keys') {
    const arrays = types.map((type, index) => sql`${parameter(1 + index)}::${type}[]`)
    return {
      conditions: [sql`(${join(key)}) IN (SELECT * FROM unnest(${join(arrays)}))`],
      next: 1 + types.length,
    }
  }
  const tuple = (first) => join(types.map((type, index) => sql`${parameter(first + index)}::${type}`))
  const conditions = []
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
export function selectionParameters(table, selection) {
  if (selection.by === 'keys')
    return table.key.map((_name, index) => selection.keys.map((key) => key[index] ?? ''))
  return [...(selection.after ?? []), ...(selection.upTo ?? [])]
}
/** A length limit would only cut values that cannot match: compare without it. */
function keyType(table, name) {
  const { type } = fieldNamed(table, name)
  return typeName(type.base === 'varchar' ? 'text' : typeText(type))
}
//# sourceMappingURL=selection.js.map
