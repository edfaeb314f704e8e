/** How many rows are wrong in a mapping: each counts once. */
export function wrongRows(counts, settings) {
  const { missing, mismatched, orphaned, duplicate, held } = counts
  return missing + mismatched + orphaned + duplicate + (heldCounts(settings) ? held : 0)
}
/** Held values are wrong where the target has never led, and in strict mode. */
export function heldCounts({ heldValues, strict }) {
  return strict || heldValues === 'overwrite'
}
/** What was found outweighs what was not read; only where nothing is wrong and all was read is the answer yes. */
export function verdictOf(mappings, reasons, settings) {
  if (mappings.some((each) => wrongRows(each, settings) > 0)) return 'findings'
  const unread = mappings.some(
    ({ coverage }) => coverage.chunks === 0 || coverage.chunksRead < coverage.chunks,
  )
  return reasons.length > 0 || unread || mappings.length === 0 ? 'inconclusive' : 'consistent'
}
//# sourceMappingURL=judge.js.map
