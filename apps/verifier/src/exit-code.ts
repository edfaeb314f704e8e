import { isFailure } from '@changeover/errors'
import { errors } from './errors.ts'

/** How a command ends, for scripts and CI. */
export const exitCodes = Object.freeze({
  fine: 0,
  bug: 1,
  /** Of `preflight` alone: an item of the checklist fails. Deployment tools know that number. */
  unfit: 1,
  failed: 2,
  declined: 3,
  findings: 4,
  inconclusive: 5,
})

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What each exit code says, for help and documentation. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = Object.freeze({
  0: 'fine',
  1: 'a bug of changeover itself; please report it',
  2: 'the job could not be done; the message says why and what to type',
  3: 'declined: a confirmation is missing, a gate is closed, or the phase does not allow it',
  4: 'done, and there are findings',
  5: 'done, but what was read is not enough for a verdict',
})

const declining: ReadonlySet<string> = new Set([
  errors.NOT_CONFIRMED.code,
  'MIGRATION.PHASE_FORBIDS',
  'MIGRATION.DUAL_WRITE_OFF',
  'MIGRATION.CONTRACTED',
  'MIGRATION.NAME_NOT_TYPED',
  'ROLLOUT.GATES_CLOSED', // by name: help must not load the engines
])

/** The exit code for whatever was thrown. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (!isFailure(thrown)) return exitCodes.bug
  return declining.has(thrown.code) ? exitCodes.declined : exitCodes.failed
}
