/** The legacy tables as writable views over the target, compiled from the mapping. */
export { type InstalledProxies, installProxies, makeProxies, removeProxies } from './install.ts'
export { type IndexParity, indexParity } from './index-parity.ts'
export {
  dropParityIndexes,
  legacyIndexes,
  makeParityIndexes,
  type ParityIndex,
  parityIndexes,
} from './parity-indexes.ts'
export { planProxies, type ProxyOptions } from './plan.ts'
export { proxyDdl, proxyRemovalDdl } from './proxy-ddl.ts'
export { defaultProxySchema, type Proxy, type ProxySet } from './proxy.ts'
export { createShadowReads, type ShadowReads, type ShadowReadsOptions } from './shadow-reads.ts'
export { toProxyFailure } from './to-proxy-failure.ts'
export { legacyLeadsState, rowChangedState, rowRefusedState } from './raise.ts'
export { errors as proxyErrors } from './errors.ts'
