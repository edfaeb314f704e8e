/** Runs a candidate behind a control, and says where they differ, without the caller ever noticing. */
export { createShadow, type Shadow, type ShadowCounts, type ShadowOptions } from './shadow.ts'
export { type Observation, type Pair, type Probe, type Verdict } from './observation.ts'
export { type Outcome, settle } from './outcome.ts'
export { type Comparison, type Difference, differencesOf } from './difference.ts'
