import type { Queryable } from '@changeover/database'
import { type Links, type Mapping, type Table, tableSql } from '@changeover/mapping'
import { errors } from './errors.ts'

/**
 * The same mappings with the schema of every table that they name, so that what is compiled from them means the same
 * under any search_path. A table without a schema is the one that the connection of the installation sees.
 *
 * Cost: one round trip. Errors: DUAL_WRITE.NOT_INSTALLED names a table that is not there.
 */
export async function qualify(
  database: Queryable,
  mappings: readonly Mapping[],
): Promise<readonly Mapping[]> {
  const tables = new Map(mappings.flatMap(tablesOf).map((table) => [tableSql(table).text, table]))
  const names = [...tables.keys()]
  const { rows } = await database.query<{ schema: string | null }>(
    `SELECT n.nspname::text AS schema FROM unnest($1::text[]) WITH ORDINALITY AS given(name, place)
      LEFT JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(given.name)
      LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace ORDER BY given.place`,
    [names],
  )
  const schemas = new Map(names.map((name, index) => [name, rows[index]?.schema ?? undefined]))
  return withSchemas(mappings, (table) => {
    const schema = schemas.get(tableSql(table).text)
    if (schema === undefined) throw errors.NOT_INSTALLED({ missing: `the table ${tableSql(table).text}` })
    return schema
  })
}

/** The mappings as they are, with tables that name their schema; references between them lead to one another as before. */
export function withSchemas(
  mappings: readonly Mapping[],
  schemaOf: (table: Table) => string,
): readonly Mapping[] {
  const made = new Map<Mapping, Mapping>()
  const place = <T>(value: T): T => replaceTables(value, (table) => ({ ...table, schema: schemaOf(table) }))
  const copy = (mapping: Mapping): Mapping => {
    const known = made.get(mapping)
    if (known) return known
    const refersTo = new Map<string, Mapping>()
    const placed: Mapping = Object.freeze({
      ...mapping,
      legacy: place(mapping.legacy),
      target: place(mapping.target),
      rules: mapping.rules.map((each) => ({
        ...each,
        rule: { ...each.rule, params: place(each.rule.params) },
      })),
      links: mapping.links.map((link): Links => place(link)),
      refersTo,
    })
    made.set(mapping, placed)
    for (const [name, other] of mapping.refersTo) refersTo.set(name, copy(other))
    return placed
  }
  return mappings.map(copy)
}

function tablesOf(mapping: Mapping): readonly Table[] {
  const found: Table[] = []
  const note = (table: Table) => {
    found.push(table)
    return table
  }
  const given = [mapping.legacy, mapping.target, mapping.links, mapping.rules.map(({ rule }) => rule.params)]
  replaceTables(given, note)
  for (const other of mapping.refersTo.values()) found.push(other.legacy, other.target)
  return found
}

/** Parameters of rules are data, so a table in them (`lookup({ in: … })`) is found by its shape. */
function replaceTables<T>(value: T, replace: (table: Table) => Table): T {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  if (isTable(value)) {
    const made = replace(value)
    return (made.madeOf ? { ...made, madeOf: replaceTables(made.madeOf, replace) } : made) as Table & T
  }
  if (Array.isArray(value)) return value.map((each: unknown) => replaceTables(each, replace)) as T & unknown[]
  const entries = Object.entries(value).map(([name, each]) => [name, replaceTables(each as unknown, replace)])
  return Object.fromEntries(entries) as T // the same keys with values of the same types
}

function isTable(value: object): value is Table {
  return 'fields' in value && 'where' in value && 'key' in value && 'unique' in value
}
