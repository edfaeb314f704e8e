/** Phases of a changeover as a table, and the environment flags that say which one is meant. */
export {
  type Authority,
  type Flags,
  type Phase,
  type PhaseName,
  phaseNames,
  phaseOf,
  phases,
} from './phase.ts'
export { type FlagNames, flagNames, type FlagReading, flagText, readFlags } from './flags.ts'
export { checkFlags, type FlagCheck, type FlagRow, requireAgreement } from './flag-check.ts'
export { type Environment, readSwitch } from './switch.ts'

// The phase in the database
export { appendOnlyState, ledgerDdl, phaseChannel, phaseMissingState } from './ledger-ddl.ts'
export { forgetPhase } from './forget-phase.ts'
export { type PhaseLockMode, phaseLockClass, phaseLockSql } from './phase-lock.ts'
export {
  type CurrentPhase,
  type FirstPhase,
  lockPhase,
  lockPhaseAt,
  readPhase,
  type StoredPhase,
  storeFirstPhase,
} from './stored-phase.ts'

// The phase and the read share in a process
export { type Listen, type PhaseWatch, type PhaseWatchOptions, watchPhase } from './phase-watch.ts'
export { atPhase } from './at-phase.ts'
export { createPhaseScope, type PhaseScope } from './phase-scope.ts'
export { bucketOf, type Reader, type ReadShare, readsTarget, sharesReads } from './read-share.ts'
export { type ReadShareOptions, type ReadShareRequest, setReadShare } from './set-read-share.ts'

// Transitions: a table, the gates that guard it, and the one way to do them
export { type Arrow, arrowBetween, arrows, arrowsFrom, arrowTowards, pathBetween } from './arrow.ts'
export { type Closed, type Gate, type GateName, gates } from './gates.ts'
export {
  type Facts,
  type GateLimits,
  gateLimits,
  type Observations,
  type ReplicaLag,
} from './observations.ts'
export { closedOf, judge, type JudgeOptions, type Verdict } from './judge.ts'
export { gatherFacts, type GatherOptions } from './gather-facts.ts'
export { type Health, healthOf, healthScales, type HealthSignals, quiet } from './health.ts'
export type { LegacyColumns } from './legacy-column-use.ts'
export { type LegacyUse, type LegacyUseOptions, observeLegacyUse } from './legacy-use.ts'
export { planTransition, type TransitionPlan } from './plan-transition.ts'
export {
  transition,
  type TransitionActions,
  type TransitionOptions,
  type TransitionRequest,
  type TransitionResult,
} from './transition.ts'
export { travel } from './travel.ts'
export { type CatchUp, recordCaughtUp } from './caught-up.ts'
export {
  openTransitionOf,
  type TransitionRecord,
  transitionsOf,
  type TransitionStep,
  transitionSteps,
} from './transition-record.ts'
export { type HistoryEntry, readHistory } from './phase-history.ts'
export { type Blocker, describeBlocker } from './blockers.ts'
export { type FenceOptions } from './fence.ts'
export { type FlipOptions } from './flip.ts'

// What is measured meanwhile
export { healthSignals } from './monitor/health-signals.ts'
export {
  createRequestMonitor,
  type RequestMonitor,
  type RequestMonitorOptions,
  type RequestSeen,
} from './monitor/request-monitor.ts'
export {
  pruneMonitor,
  recordShadowReads,
  type ShadowExample,
  shadowExamples,
  type ShadowStatistics,
  shadowStatistics,
} from './monitor/shadow-ledger.ts'

// Who takes part
export { type HeartbeatOptions, startHeartbeat } from './heartbeat.ts'
export {
  beat,
  disagreements,
  type Heartbeat,
  heartbeatTtlSeconds,
  type LiveInstance,
  liveInstances,
  signOff,
} from './instance.ts'

export { errors } from './errors.ts'
