import type { Problem } from '@changeover/errors'
import type { MappingVerification, Settings, Verdict } from './verification.ts'

/** How many rows are wrong in a mapping: each counts once. */
export function wrongRows(
  counts: MappingVerification,
  settings: Pick<Settings, 'heldValues' | 'strict'>,
): number {
  const { missing, mismatched, orphaned, duplicate, held } = counts
  return missing + mismatched + orphaned + duplicate + (heldCounts(settings) ? held : 0)
}

/** Held values are wrong where the target has never led, and in strict mode. */
export function heldCounts({ heldValues, strict }: Pick<Settings, 'heldValues' | 'strict'>): boolean {
  return strict || heldValues === 'overwrite'
}

/** What was found outweighs what was not read; only where nothing is wrong and all was read is the answer yes. */
export function verdictOf(
  mappings: readonly MappingVerification[],
  reasons: readonly Problem[],
  settings: Settings,
): Verdict {
  if (mappings.some((each) => wrongRows(each, settings) > 0)) return 'findings'
  const unread = mappings.some(
    ({ coverage }) => coverage.chunks === 0 || coverage.chunksRead < coverage.chunks,
  )
  return reasons.length > 0 || unread || mappings.length === 0 ? 'inconclusive' : 'consistent'
}
