import { causesOf, type Failure } from '@changeover/errors'
import { errors } from './errors.ts'
import { legacyLeadsState, rowChangedState, rowRefusedState } from './raise.ts'

/** What PostgreSQL's drivers tell of an error. */
interface Told {
  readonly code?: unknown
  readonly message?: unknown
  readonly table?: unknown
  readonly column?: unknown
  readonly constraint?: unknown
  readonly detail?: unknown
}

/**
 * The failure behind the error of a driver, of MikroORM or of the database port, where a trigger of a proxy refused a write;
 * undefined for any other. A conflict of two transactions is one wherever it comes from.
 *
 * Shape: PROXIES.ROW_REFUSED, PROXIES.LEGACY_LEADS, PROXIES.ROW_CHANGED, with the error as its cause.
 */
export function toProxyFailure(error: unknown): Failure | undefined {
  for (const cause of [error, ...causesOf(error)]) {
    if (typeof cause !== 'object' || cause === null) continue
    const told: Told = cause
    const text = (value: unknown) => (typeof value === 'string' ? value : '')
    const table = text(told.table)
    if (told.code === rowChangedState) return errors.ROW_CHANGED({ table }, { cause: error })
    if (told.code === legacyLeadsState)
      return errors.LEGACY_LEADS({ table, phase: text(told.detail) }, { cause: error })
    if (told.code !== rowRefusedState) continue
    const why = text(told.message).replace(/^.*? refuses .*?: /, '')
    const values = { table, column: text(told.column), rule: text(told.constraint), why }
    return errors.ROW_REFUSED(values, { cause: error })
  }
  return undefined
}
