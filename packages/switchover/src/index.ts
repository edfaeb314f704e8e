/** The same rollout over any pair of async implementations: two stores, two databases, two services. */
export {
  type BothFacade,
  type Both,
  type Facade,
  type Operations,
} from './facade.ts'
export {
  createSwitchover,
  type Switchover,
  type SwitchoverOptions,
  type SwitchoverState,
} from './switchover.ts'

// What is switched over
export {
  type Answer,
  type Call,
  type LegacyShape,
  type Operation,
  read,
  type SameShape,
  type TargetShape,
  write,
} from './operation.ts'
export { type Store, type Stores } from './stores.ts'
export { type Side } from './side.ts'
export { type Outcome } from './outcome.ts'
export { type BreakerOptions } from './side-call.ts'

// Flags, and the mode that they mean
export {
  flagsOff,
  readSwitchoverFlags,
  type SwitchoverFlagNames,
  switchoverFlagNames,
  type SwitchoverFlags,
} from './flags.ts'
export { environmentFlags, type FlagSource, phaseFlags, staticFlags } from './flag-source.ts'
export { type RolloutPhase, rolloutPhaseOf, rolloutPhases } from './rollout-phase.ts'
export { type FlagMeaning, type Mode, modeOf } from './mode.ts'

// What must not be forgotten, and what is owed
export { type ComparisonOptions, type Consistency } from './compare-reads.ts'
export { createMemoryLedger, createPostgresLedger, type Ledger } from './ledger.ts'
export { ledgerDdl } from './ledger-ddl.ts'
export { type Outbox, type Owed, type OwedTotals } from './outbox.ts'
export { type Json, type Notes } from './notes.ts'
export { type RepairOptions, type RepairReport } from './repair.ts'
export { type Payment } from './pay.ts'
export { type Direction, type SyncOptions, type SyncReport } from './synchronize.ts'

// The way back
export { type AutomaticRollbackOptions, type GuardState } from './automatic-rollback.ts'
export { type EmergencyOptions, type EmergencyReport } from './emergency-rollback.ts'
export {
  type RollbackOptions,
  type RollbackStep,
  type RollbackStepReport,
  rollbackSteps,
} from './gradual-rollback.ts'
export { type Probe, type ProofStep } from './prove.ts'

// How it goes
export {
  healthBounds,
  type HealthStatus,
  type SideCounts,
  type SwitchoverHealth,
  switchoverHealth,
} from './health.ts'
export { type Latency } from './latency.ts'
export { type MonitorState, type SwitchoverEvent } from './monitor.ts'

export { errors } from './errors.ts'
