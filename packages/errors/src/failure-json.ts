import { causesOf } from './causes.ts'
import type { Failure } from './failure.ts'
import { jsonSafe } from './json-safe.ts'
import type { Problem } from './problem.ts'

/** A problem as JSON. */
export interface ProblemJson {
  code: string
  message: string
  values: Record<string, unknown>
  fix: string
}

/** One error behind a failure: its code where it has one, and what it says. */
export interface CauseJson {
  code?: string
  message: string
}

/** A failure as JSON; `isFailure` recognises it. */
export interface FailureJson extends ProblemJson {
  retriable: boolean
  /** Nearest first. */
  causes: CauseJson[]
}

/** Turns a problem into what `JSON.stringify` takes: big integers become text, cycles are cut. */
export function problemToJson({ code, message, values, fix }: Problem): ProblemJson {
  const safe = jsonSafe(values) as Record<string, unknown> // an object stays an object
  return { code, message, values: safe, fix }
}

/** Turns a failure into what `JSON.stringify` takes, with its causes and without stack traces. */
export function failureToJson(failure: Failure): FailureJson {
  return {
    ...problemToJson(failure),
    retriable: failure.retriable,
    causes: causesOf(failure).map(causeToJson),
  }
}

/** What an error behind a failure says about itself. */
export function causeToJson(cause: unknown): CauseJson {
  if (typeof cause !== 'object' || cause === null) return { message: String(cause) }
  const { code, message } = cause as { code?: unknown; message?: unknown } // absent fields read as undefined
  const text = typeof message === 'string' && message !== '' ? message : Object.prototype.toString.call(cause)
  return typeof code === 'string' ? { code, message: text } : { message: text }
}
