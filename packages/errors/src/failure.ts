import type { Problem } from './problem.ts'

/**
 * A failure: the job could not be done, and this says why and what to do about it.
 *
 * Recognised by its shape (`isFailure`), so it survives two copies of this package and JSON.
 */
export interface Failure<Code extends string = string, Values = Readonly<Record<string, unknown>>>
  extends Error,
    Problem<Code, Values> {
  readonly message: string
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retriable: boolean
  /** What led to it, most often the error of a driver. */
  readonly cause?: unknown
}

const codePattern = /^[A-Z][A-Z0-9_]*\.[A-Z][A-Z0-9_]*$/

/**
 * Tells whether a caught value is a failure, and if a code is given, that one.
 *
 * @example
 * isFailure(new Error('boom')) // => false
 */
export function isFailure<Code extends string = string>(value: unknown, code?: Code): value is Failure<Code> {
  if (typeof value !== 'object' || value === null) return false
  const candidate = value as Partial<Failure> // only read below, and every field is checked
  return (
    typeof candidate.code === 'string' &&
    codePattern.test(candidate.code) &&
    (code === undefined || candidate.code === code) &&
    typeof candidate.message === 'string' &&
    typeof candidate.fix === 'string' &&
    typeof candidate.retriable === 'boolean' &&
    typeof candidate.values === 'object' &&
    candidate.values !== null
  )
}
