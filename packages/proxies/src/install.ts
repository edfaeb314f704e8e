import { type Database, runDdl } from '@changeover/database'
import { type ProxyOptions, planProxies } from './plan.ts'
import { proxyDdl, proxyRemovalDdl } from './proxy-ddl.ts'
import type { ProxySet } from './proxy.ts'

/**
 * Makes the proxies, or makes them anew: views, triggers, defaults. Run again after a change of a mapping or a legacy table.
 *
 * Cost: one transaction; no lock on the tables themselves. Errors: PROXIES.*, DATABASE.*.
 */
export async function installProxies(database: Database, options: ProxyOptions): Promise<ProxySet> {
  const set = await planProxies(database, options)
  await runDdl(database, proxyDdl(set))
  return set
}

/** Takes the proxies away. Their indexes stay: see `parityIndexes`. */
export async function removeProxies(database: Database, set: ProxySet): Promise<void> {
  await runDdl(database, proxyRemovalDdl(set))
}
