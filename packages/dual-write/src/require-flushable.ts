import { isInPlace, type Mapping } from '@changeover/mapping'
import type { DualWrite } from './dual-write.ts'
import { errors } from './errors.ts'

/**
 * Capture by the ORM knows a row by the table of its entity. It takes writes to the tables behind a view for none of the mapping, and of a
 * table that is legacy and target at once it cannot tell whose column was written: both would be lost in silence.
 *
 * Errors: DUAL_WRITE.CAPTURE_BLIND, for the first such mapping.
 */
export function requireFlushable({ capture, mappings }: DualWrite): void {
  if (capture !== 'orm') return
  for (const mapping of mappings) {
    const why = whyBlind(mapping)
    if (why !== undefined) throw errors.CAPTURE_BLIND({ mapping: mapping.name, why })
  }
}

function whyBlind(mapping: Mapping): string | undefined {
  if (isInPlace(mapping)) return `${mapping.legacy.name} is legacy and target at once`
  const view = [mapping.legacy, mapping.target].find(({ madeOf }) => madeOf !== undefined)
  return view && `${view.name} is a view, whose tables are written`
}
