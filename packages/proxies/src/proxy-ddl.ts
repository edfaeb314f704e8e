import { type Mapping, scopeSql, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { identified, longReadings, proxyColumns } from './columns.ts'
import { isOwnFunction } from './current-row.ts'
import { deleteTrigger } from './delete-trigger.ts'
import { insertTrigger } from './insert-trigger.ts'
import { linkTriggers, linkViewSql } from './link-proxy.ts'
import { inSchema, type Proxy, type ProxySet } from './proxy.ts'
import { dropLongReadings } from './long-readings.ts'
import { phaseGuardFunction, phaseGuardTrigger } from './phase-guard.ts'
import { readFunctions } from './read-functions.ts'
import { referenceFunctions } from './reference-functions.ts'
import { askedOnce, referenceRuleFunctions, referenceRules } from './reference-rules.ts'
import { updateTrigger } from './update-trigger.ts'

/** Everything that makes the proxies, to be run in one transaction. Views of an earlier installation are replaced. */
export function proxyDdl(set: ProxySet): readonly string[] {
  return [
    sql`CREATE SCHEMA IF NOT EXISTS ${ident(set.schema)}`.text,
    ...set.proxies.map(({ view }) => sql`DROP VIEW IF EXISTS ${view}`.text),
    isOwnFunction(set),
    ...readFunctions(set).map(({ create }) => create),
    ...referenceFunctions(set).map(({ create }) => create),
    ...mappingsOf(set).flatMap((mapping) => referenceRuleFunctions(set, mapping).map(({ create }) => create)),
    ...mappingsOf(set).flatMap((mapping) => longReadings(set, mapping)),
    ...phaseGuardFunction(set),
    ...set.proxies.flatMap((proxy) => [
      ...viewDdl(set, proxy),
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
    dropLongReadings(set),
    sql`DROP FUNCTION IF EXISTS ${inSchema(set, 'refuse_while_legacy_leads')}()`.text,
    sql`DROP FUNCTION IF EXISTS ${inSchema(set, 'is_own')}(xid)`.text,
    ...mappingsOf(set).flatMap((mapping) => referenceRuleFunctions(set, mapping).map(({ drop }) => drop)),
    ...[...readFunctions(set), ...referenceFunctions(set)].map(({ drop }) => drop),
  ]
  return [...views, ...functions, ...shared, sql`DROP SCHEMA IF EXISTS ${ident(set.schema)}`.text]
}

function mappingsOf({ proxies }: ProxySet): readonly Mapping[] {
  return [...new Set(proxies.map(({ mapping }) => mapping))]
}

/** The view, with the legacy table's defaults: an insert that leaves a column out gets them, an explicit NULL does not. */
function viewDdl(set: ProxySet, proxy: Proxy): readonly string[] {
  const { view, table, mapping } = proxy
  const note = `${table.schema}.${table.name} as a view over the target. Made by changeover from the mapping ${mapping.name}.`
  return [
    sql`CREATE VIEW ${view} AS ${selectSql(set, proxy)}`.text,
    sql`COMMENT ON VIEW ${view} IS ${literal(note)}`.text,
    ...table.columns.flatMap(({ name, defaultSql }) =>
      defaultSql === null
        ? []
        : [sql`ALTER VIEW ${view} ALTER COLUMN ${ident(name)} SET DEFAULT ${{ text: defaultSql }}`.text],
    ),
  ]
}

function selectSql(set: ProxySet, proxy: Proxy): Sql {
  const { mapping, links } = proxy
  if (links) return linkViewSql(set, { ...proxy, links })
  const columns = proxyColumns(set, proxy, 'once').map(({ name, value }) => sql`${value} AS ${ident(name)}`)
  const where = all([scopeSql(mapping.target, 't'), ...identified(mapping)])
  return sql`SELECT ${join(columns, ',\n  ')} FROM ${tableSql(mapping.target)} AS t${askedOnce(referenceRules(set, mapping))}
  WHERE ${where}`
}

function triggersOf(set: ProxySet, proxy: Proxy): readonly string[] {
  const { links } = proxy
  return links
    ? linkTriggers(set, { ...proxy, links })
    : [...insertTrigger(set, proxy), ...updateTrigger(set, proxy), ...deleteTrigger(set, proxy)]
}
