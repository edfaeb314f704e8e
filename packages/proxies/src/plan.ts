import type { Queryable } from '@changeover/database'
import { fieldNamed, type Links, type Mapping, type Table, tableSql } from '@changeover/mapping'
import { ident, join } from '@changeover/mapping/sql'
import { errors } from './errors.ts'
import { legacyShape } from './in-place.ts'
import { type LegacyTable, readLegacyTable } from './legacy-table.ts'
import { defaultProxySchema, type Proxy, type ProxySet } from './proxy.ts'

export interface ProxyOptions {
  /** Every mapping of the migration: proxies refer to each other. */
  readonly mappings: readonly Mapping[]
  /** Schema of the views; `changeover_legacy` unless given. */
  readonly schema?: string
  /** The migration whose stored phase guards the proxies against writes while legacy leads. Absent: nobody asks. */
  readonly migration?: string
}

/**
 * Reads the legacy tables and works out their proxies; changes nothing.
 *
 * Cost: one statement on the catalog for each table. Errors: PROXIES.LEGACY_MISSING, PROXIES.LEGACY_PARTIAL.
 */
export async function planProxies(queryable: Queryable, options: ProxyOptions): Promise<ProxySet> {
  const { mappings, schema = defaultProxySchema, migration } = options
  refusePartial(mappings)
  const proxies: Proxy[] = []
  for (const mapping of mappings) {
    proxies.push(proxyFor(schema, mapping, await legacyTable(queryable, mapping, mapping.legacy)))
    for (const links of mapping.links) {
      const table = await legacyTable(queryable, mapping, links.legacy.table)
      proxies.push({
        mapping,
        links,
        table,
        view: ident(schema, table.name),
        cascades: await cascades(queryable, links),
      })
    }
  }
  const { rows } = await queryable.query<{ name: string }>(
    `SELECT name::text AS name FROM unnest(current_schemas(false)) AS name WHERE name <> 'pg_temp'`,
  )
  const searchPath = join([...rows.map(({ name }) => ident(name)), ident('pg_temp')])
  const targetSchemas = await schemasOf(queryable, mappings)
  return { schema, proxies, migration, searchPath, targetSchemas }
}

async function schemasOf(
  queryable: Queryable,
  mappings: readonly Mapping[],
): Promise<ReadonlyMap<string, string>> {
  const names = mappings.map(({ target }) => tableSql(target).text)
  const { rows } = await queryable.query<{ name: string; schema: string }>(
    `SELECT name, relnamespace::regnamespace::text AS schema FROM unnest($1::text[]) AS name JOIN pg_class AS c ON c.oid = to_regclass(name)`,
    [names],
  )
  return new Map(rows.map(({ name, schema }) => [name, schema]))
}

function proxyFor(schema: string, mapping: Mapping, table: LegacyTable): Proxy {
  const shape = legacyShape(mapping, table)
  return { mapping, links: undefined, table: shape, view: ident(schema, table.name), cascades: false }
}

async function cascades(queryable: Queryable, { target }: Links): Promise<boolean> {
  const owner = fieldNamed(target.table, target.owner).column
  const table = await readLegacyTable(queryable, tableSql(target.table).text)
  return table?.foreignKeys.some(({ columns, onDelete }) => columns[0] === owner && onDelete === 'c') ?? false
}

async function legacyTable(queryable: Queryable, mapping: Mapping, table: Table): Promise<LegacyTable> {
  const found = await readLegacyTable(queryable, tableSql(table).text)
  if (!found) throw errors.LEGACY_MISSING({ mapping: mapping.name, table: table.name })
  return found
}

/** A view must stand for the whole table. */
function refusePartial(mappings: readonly Mapping[]): void {
  for (const [table, sharing] of Map.groupBy(mappings, ({ legacy }) => tableSql(legacy).text)) {
    const isPart = sharing.length > 1 || sharing.some(({ legacy }) => Object.keys(legacy.where).length > 0)
    if (isPart) throw errors.LEGACY_PARTIAL({ table, mappings: sharing.map(({ name }) => name).join(', ') })
  }
}
