import { lossOf } from '@changeover/mapping'
/** Adds up the chunks of one mapping. The order in which they were read makes no difference. */
export function summaryOf(mapping, judgement, chunks) {
  const results = chunks.flatMap(({ result }) => (result ? [result] : []))
  const rows = results.filter((result) => result.part === 'rows')
  const orphans = results.filter((result) => result.part === 'orphans')
  const total = sum(rows, (each) => each.rows)
  const missing = sum(rows, (each) => each.missing)
  const bySlot = (counts) =>
    Object.fromEntries(
      judgement.slots
        .map(({ field }, index) => [field, sum(rows, (each) => counts(each)[index] ?? 0)])
        .filter(([, count]) => count > 0),
    )
  return {
    mapping: mapping.name,
    hash: mapping.hash,
    total,
    withTarget: total - missing,
    missing,
    mismatched: sum(rows, (each) => each.mismatched),
    held: sum(rows, (each) => each.held),
    duplicate: sum(rows, (each) => each.duplicate),
    orphaned: sum(orphans, (each) => each.orphaned),
    targetTotal: sum(orphans, (each) => each.rows),
    fields: bySlot((each) => each.wrong),
    heldFields: bySlot((each) => each.heldSlots),
    coverage: {
      chunks: chunks.length,
      chunksRead: results.length,
      compared: judgement.slots.map(({ field }) => field),
      dropped: droppedOf(mapping),
    },
  }
}
/** The first findings in the order of mappings and chunks, wrong ones before held ones, and how many more there are. */
export function firstFindings(chunks, most) {
  const all = chunks.flatMap(({ result }) => result?.findings ?? [])
  const wrong = all.filter((finding) => finding.class !== 'held')
  return [...wrong, ...all.filter((finding) => finding.class === 'held')].slice(0, most)
}
/** How many findings there are in all, whether or not they were kept: one for each wrong slot and each wrong row. */
export function countFindings(mappings) {
  const fields = (counts) => Object.values(counts).reduce((left, right) => left + right, 0)
  return sum(
    mappings,
    (each) => each.missing + each.orphaned + each.duplicate + fields(each.fields) + fields(each.heldFields),
  )
}
function droppedOf(mapping) {
  const lines = lossOf(mapping)
  return mapping.rules.flatMap(({ shape }, index) => {
    const forward = lines[index]?.forward
    const reason = forward?.holds === 'part' ? forward.why : ''
    return (shape.drops ?? []).map((field) => ({ field, reason }))
  })
}
function sum(list, count) {
  return list.reduce((total, each) => total + count(each), 0)
}
//# sourceMappingURL=summary.js.map
