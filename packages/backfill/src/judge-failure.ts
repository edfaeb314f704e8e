import type { Failure } from '@changeover/errors'
import { errors as database } from '@changeover/database'

/**
 * What a failed batch says: a `row` that the database refuses; a batch of the wrong `size`, which took too long;
 * or the `environment`, in which no other batch would fare better.
 */
export type Verdict = 'row' | 'size' | 'environment'

const rowCodes: ReadonlySet<string> = new Set([
  database.CONSTRAINT_VIOLATED.code,
  database.VALUE_INVALID.code,
])

// Of SQLSTATE classes without a code of their own, those that depend on the values of a row: more than one row from a
// subquery, a failing function or trigger, WITH CHECK OPTION, a value too large for an index, RAISE in a trigger.
const rowClasses: ReadonlySet<string> = new Set(['21', '38', '39', '44', '54', 'P0'])

export function judgeFailure({ code, values }: Failure): Verdict {
  if (rowCodes.has(code)) return 'row'
  if (code === database.QUERY_CANCELED.code) return 'size'
  const state = values['sqlState']
  const isRows =
    code === database.QUERY_FAILED.code && typeof state === 'string' && rowClasses.has(state.slice(0, 2))
  return isRows ? 'row' : 'environment'
}
