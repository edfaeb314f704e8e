import { type Database, runDdl } from '@changeover/database'
import { makeParityIndexes } from './parity-indexes.ts'
import type { IndexParity } from './index-parity.ts'
import { type ProxyOptions, planProxies } from './plan.ts'
import { proxyDdl, proxyRemovalDdl } from './proxy-ddl.ts'
import type { ProxySet } from './proxy.ts'

/** The proxies, and what has become of each index of their legacy tables. */
export interface InstalledProxies {
  readonly set: ProxySet
  readonly indexes: readonly IndexParity[]
}

/**
 * Makes the proxies, or makes them anew, with the indexes that the views need: {@link makeProxies}, then {@link makeParityIndexes}.
 * Where a backfill is still to come, call them apart: each index makes it slower.
 *
 * Errors: PROXIES.*, DATABASE.*.
 */
export async function installProxies(database: Database, options: ProxyOptions): Promise<InstalledProxies> {
  const set = await makeProxies(database, options)
  return { set, indexes: await makeParityIndexes(database, set) }
}

/**
 * Makes the views, their triggers and defaults, or makes them anew. Run again after a change of a mapping or a legacy table.
 *
 * Cost: one transaction. Errors: PROXIES.*, DATABASE.*.
 */
export async function makeProxies(database: Database, options: ProxyOptions): Promise<ProxySet> {
  const set = await planProxies(database, options)
  await runDdl(database, proxyDdl(set))
  return set
}

/** Takes the views, their triggers and functions away, and the indexes that call one of those; all other indexes stay. */
export async function removeProxies(database: Database, set: ProxySet): Promise<void> {
  const { rows } = await database.query<{ index: string }>(dependentIndexes, [set.schema])
  const indexes = rows.map(({ index }) => `DROP INDEX IF EXISTS ${index}`)
  await runDdl(database, [...indexes, ...proxyRemovalDdl(set)])
}

const dependentIndexes = `SELECT DISTINCT c.oid::regclass::text AS index FROM pg_depend AS d
  JOIN pg_proc AS p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
  JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind = 'i'
  WHERE p.pronamespace = to_regnamespace(quote_ident($1))`
