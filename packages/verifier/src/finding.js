export const findingClasses = ['missing', 'mismatched', 'held', 'orphaned', 'duplicate']
/** How a finding is written in one line: `StaffTask 17 status: 'done' → 'todo'`. */
export function findingText(finding) {
  const row = `${finding.mapping} ${keyText(finding.key ?? finding.targetKey)}`
  const why = finding.why === null ? '' : ` (${finding.why})`
  switch (finding.class) {
    case 'missing':
      return `${row}: no target row${why}`
    case 'orphaned':
      return `${finding.mapping} target row ${keyText(finding.targetKey)}: no legacy row${why}`
    case 'duplicate':
      return `${row}: a further target row ${keyText(finding.targetKey)}${why}`
    case 'mismatched':
    case 'held':
      return `${row} ${finding.field}: ${shown(finding.targetValue)} instead of ${shown(finding.legacyValue)}${finding.class === 'held' ? ' (held by the target)' : why}`
  }
}
/** A key as people write it: `17`, `(3, a)`. */
export function keyText(key) {
  if (key === null) return '?'
  return key.length === 1 ? String(key[0]) : `(${key.join(', ')})`
}
function shown(value) {
  return value === null ? 'NULL' : `'${value}'`
}
//# sourceMappingURL=finding.js.map
