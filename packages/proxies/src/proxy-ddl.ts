import { scopeSql, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { identified, proxyColumns } from './columns.ts'
import { isOwnFunction } from './current-row.ts'
import { deleteTrigger } from './delete-trigger.ts'
import { insertTrigger } from './insert-trigger.ts'
import { linkTriggers, linkViewSql } from './link-proxy.ts'
import { inSchema, type Proxy, type ProxySet } from './proxy.ts'
import { phaseGuardFunction, phaseGuardTrigger } from './phase-guard.ts'
import { updateTrigger } from './update-trigger.ts'

/** Everything that makes the proxies, to be run in one transaction. Views of an earlier installation are replaced. */
export function proxyDdl(set: ProxySet): readonly string[] {
  return [
    sql`CREATE SCHEMA IF NOT EXISTS ${ident(set.schema)}`.text,
    isOwnFunction(set),
    ...phaseGuardFunction(set),
    ...set.proxies.flatMap((proxy) => [
      ...viewDdl(proxy),
      ...triggersOf(set, proxy),
      ...phaseGuardTrigger(set, proxy),
    ]),
  ]
}

/** Takes the proxies away, and their schema where nothing else is in it. */
export function proxyRemovalDdl(set: ProxySet): readonly string[] {
  const views = set.proxies.map(({ view }) => sql`DROP VIEW IF EXISTS ${view}`.text)
  const functions = set.proxies.flatMap(({ table }) =>
    ['insert', 'update', 'delete'].map(
      (event) => sql`DROP FUNCTION IF EXISTS ${inSchema(set, `${table.name}_${event}`)}()`.text,
    ),
  )
  const shared = [
    sql`DROP FUNCTION IF EXISTS ${inSchema(set, 'refuse_while_legacy_leads')}()`.text,
    sql`DROP FUNCTION IF EXISTS ${inSchema(set, 'is_own')}(xid)`.text,
  ]
  return [...views, ...functions, ...shared, sql`DROP SCHEMA IF EXISTS ${ident(set.schema)}`.text]
}

/** The view, with the legacy table's defaults: an insert that leaves a column out gets them, an explicit NULL does not. */
function viewDdl(proxy: Proxy): readonly string[] {
  const { view, table, mapping } = proxy
  const note = `${table.schema}.${table.name} as a view over the target. Made by changeover from the mapping ${mapping.name}.`
  return [
    sql`DROP VIEW IF EXISTS ${view}`.text,
    sql`CREATE VIEW ${view} AS ${selectSql(proxy)}`.text,
    sql`COMMENT ON VIEW ${view} IS ${literal(note)}`.text,
    ...table.columns.flatMap(({ name, defaultSql }) =>
      defaultSql === null
        ? []
        : [sql`ALTER VIEW ${view} ALTER COLUMN ${ident(name)} SET DEFAULT ${{ text: defaultSql }}`.text],
    ),
  ]
}

function selectSql(proxy: Proxy): Sql {
  const { mapping, links, table } = proxy
  if (links) return linkViewSql({ ...proxy, links })
  const columns = proxyColumns(mapping, table).map(({ name, value }) => sql`${value} AS ${ident(name)}`)
  const where = all([scopeSql(mapping.target, 't'), ...identified(mapping)])
  return sql`SELECT ${join(columns, ',\n  ')} FROM ${tableSql(mapping.target)} AS t WHERE ${where}`
}

function triggersOf(set: ProxySet, proxy: Proxy): readonly string[] {
  const { links } = proxy
  return links
    ? linkTriggers(set, { ...proxy, links })
    : [...insertTrigger(set, proxy), ...updateTrigger(set, proxy), ...deleteTrigger(set, proxy)]
}
