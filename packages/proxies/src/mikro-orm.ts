/** The same MikroORM entity classes on the legacy tables and on the views that stand for them. */
export { proxyManager, type ProxyManagerOptions } from './proxy-manager.ts'
export { proxyDiscovery } from './proxy-discovery.ts'
export { knownIndexes } from './known-indexes.ts'
export { StaleTwins } from './stale-twins.ts'
