import { type Database, runDdl } from '@changeover/database'
import { indexedTables, indexParity, type IndexParity } from './index-parity.ts'
import { type ProxyOptions, planProxies } from './plan.ts'
import { proxyDdl, proxyRemovalDdl } from './proxy-ddl.ts'
import type { ProxySet } from './proxy.ts'

/** The proxies, and what has become of each index of their legacy tables. */
export interface InstalledProxies {
  readonly set: ProxySet
  readonly indexes: readonly IndexParity[]
}

/**
 * Makes the proxies, or makes them anew: views, triggers, defaults, and the indexes that the views need. Run again after a change
 * of a mapping or a legacy table.
 *
 * Cost: views and triggers in one transaction; then each missing index, concurrently, and an ANALYZE of its table, without
 * which the planner knows nothing of expressions. Errors: PROXIES.*, DATABASE.*.
 */
export async function installProxies(database: Database, options: ProxyOptions): Promise<InstalledProxies> {
  const set = await planProxies(database, options)
  await runDdl(database, proxyDdl(set))
  const indexes = await indexParity(database, set)
  const missing = indexes.flatMap((each) => (each.state === 'missing' ? [each.create] : []))
  await runDdl(
    database,
    missing.map((text) => ({ text, concurrently: true })),
  )
  if (missing.length > 0) for (const table of indexedTables(set)) await database.query(`ANALYZE ${table}`)
  return { set, indexes }
}

/** Takes the views and triggers away. Their indexes stay, since the target's own queries may use them by now. */
export async function removeProxies(database: Database, set: ProxySet): Promise<void> {
  await runDdl(database, proxyRemovalDdl(set))
}
