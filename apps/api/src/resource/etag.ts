import { createHash } from 'node:crypto'
import { errors } from '../errors.ts'
import type { RowView } from './row-view.ts'

/** The strong validator of a row: changes whenever anything in its answer does. Source: RFC 9110, 8.8.3. */
export function etagOf(row: RowView): string {
  return `"${createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, 27)}"`
}

/** Refuses a change of a row that is not the one its client has read. Errors: API.VERSION_MISSING, API.VERSION_CHANGED. */
export function requireVersion(row: RowView, ifMatch: string | undefined, named: Named): void {
  if (ifMatch === undefined) throw errors.VERSION_MISSING({ ...named })
  const wanted = ifMatch.split(',').map((each) => each.trim())
  if (!wanted.includes('*') && !wanted.includes(etagOf(row))) throw errors.VERSION_CHANGED({ ...named })
}

interface Named {
  readonly resource: string
  readonly id: string
}
