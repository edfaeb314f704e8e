/** For one's own mappings: whether the proxies answer as their tables do. Needs fast-check. */
export { differential, type DifferentialOptions, type DifferentialReport } from './differential.ts'
