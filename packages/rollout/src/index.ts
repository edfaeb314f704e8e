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
export { type FlagNames, flagNames, type FlagReading, readFlags } from './flags.ts'
export { type Environment, readSwitch } from './switch.ts'

// The phase in the database
export { appendOnlyState, ledgerDdl, phaseMissingState } from './ledger-ddl.ts'
export { type PhaseLockMode, phaseLockClass, phaseLockSql } from './phase-lock.ts'
export {
  type CurrentPhase,
  type FirstPhase,
  lockPhase,
  readPhase,
  type StoredPhase,
  storeFirstPhase,
} from './stored-phase.ts'

export { errors } from './errors.ts'
