// The law suite for rule kinds and mappings
export { lawsOf, lawsOfMapping } from './laws.ts'
export type { Law, LawOptions, Query } from './law.ts'
