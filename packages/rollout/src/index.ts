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
export { errors } from './errors.ts'
