import { errors } from './errors.ts'

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>

const on: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on'])
const off: ReadonlySet<string> = new Set(['false', '0', 'no', 'off', ''])

/**
 * Reads a switch of the environment: true, 1, yes, on or false, 0, no, off, whatever the case; unset and empty are off.
 *
 * Errors: ROLLOUT.FLAG_INVALID.
 *
 * @example
 * readSwitch({ DUAL_WRITE_ENABLED: 'True' }, 'DUAL_WRITE_ENABLED') // => true
 */
export function readSwitch(environment: Environment, name: string): boolean {
  const value = environment[name] ?? ''
  const text = value.trim().toLowerCase()
  if (on.has(text)) return true
  if (off.has(text)) return false
  throw errors.FLAG_INVALID({ name, value })
}
