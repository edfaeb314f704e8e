import { inOrder } from '@changeover/mapping'
const batchRows = 500
/**
 * Turns findings into transactions: strays first, children before parents, so that references find the rows that stay; then
 * the rows to be written, parents before children.
 */
export function planFix(mappings, findings, options) {
  const ordered = inOrder(mappings)
  const sorted = findings.map((finding) => ({ finding, to: destination(finding, options) }))
  const steps = (part, mapping) => {
    const keys = sorted.flatMap(({ finding, to }) => {
      if (finding.mapping !== mapping.name || typeof to === 'string' || to.part !== part) return []
      return [to.key]
    })
    return batches(distinct(keys)).map((batch) => ({ mapping, part, keys: batch }))
  }
  return {
    steps: [
      ...ordered.toReversed().flatMap((mapping) => steps('strays', mapping)),
      ...ordered.flatMap((mapping) => steps('keys', mapping)),
    ],
    left: sorted.flatMap(({ finding, to }) => (typeof to === 'string' ? [{ finding, why: to }] : [])),
  }
}
/** Where a finding belongs, or why it belongs nowhere. */
function destination({ class: of, key, targetKey }, { authority, heldValues }) {
  if (of === 'held' && (heldValues === 'keep' || authority === 'target'))
    return 'the target holds a value that legacy has no place for, and keeps it'
  if (of === 'duplicate' && authority === 'target')
    return 'the target leads, so a person must say which row is right'
  const stray = of === 'duplicate' || (of === 'orphaned' && (authority === 'legacy' || key === null))
  const found = stray ? targetKey : key
  if (found === null) return 'it has no key'
  return { part: stray ? 'strays' : 'keys', key: found }
}
function distinct(keys) {
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()]
}
function batches(keys) {
  const count = Math.ceil(keys.length / batchRows)
  return Array.from({ length: count }, (_each, index) =>
    keys.slice(index * batchRows, (index + 1) * batchRows),
  )
}
//# sourceMappingURL=fix-plan.js.map
