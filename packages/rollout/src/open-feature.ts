/** The phase and the read share as an OpenFeature provider, and any OpenFeature client as a source of the read share. */
export { createProvider, providerFlags } from './open-feature/provider.ts'
export { readPercentFrom, type ReadPercentSource } from './open-feature/read-percent.ts'
