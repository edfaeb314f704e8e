import type { ErrorDoc } from './define-errors.ts'
import { errors } from './errors.ts'

/**
 * Lists the errors of several packages by code, for docs/errors.md.
 *
 * Errors: ERRORS.CODE_TWICE.
 */
export function listErrors(
  ...sets: readonly { catalogue: () => readonly ErrorDoc[] }[]
): readonly ErrorDoc[] {
  const byCode = new Map<string, ErrorDoc>()
  for (const doc of sets.flatMap((set) => set.catalogue())) {
    if (byCode.has(doc.code)) throw errors.CODE_TWICE({ code: doc.code })
    byCode.set(doc.code, doc)
  }
  return [...byCode.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1))
}
