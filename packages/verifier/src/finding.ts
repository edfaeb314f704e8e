import type { Key } from '@changeover/sync'

/**
 * missing: a legacy row without target row · mismatched: a target value that is not what the mapping makes of legacy ·
 * held: a target value that legacy only knows the reading of · orphaned: a target row without a legacy row ·
 * duplicate: a further target row for a legacy row that has one.
 */
export type FindingClass = 'missing' | 'mismatched' | 'held' | 'orphaned' | 'duplicate'

/** One thing that is wrong with one row, or with one field of it. Values are text as PostgreSQL prints them, JSON as JSON. */
export interface Finding {
  readonly class: FindingClass
  readonly mapping: string
  /** The legacy key; null where the target row has none that can be read. */
  readonly key: Key | null
  /** The key of the target row; null for a missing one. */
  readonly targetKey: Key | null
  /** The target slot (`status`, `taskData.domain`) or the set of links; null where the whole row is meant. */
  readonly field: string | null
  readonly rule: string | null
  /** What the mapping makes of the legacy row; null for NULL and for a value that a rule refuses. */
  readonly legacyValue: string | null
  readonly targetValue: string | null
  /** Why, where more is known: the rule that refuses the row, the identity that is no key. */
  readonly why: string | null
}

/** How a finding is written in one line: `StaffTask 17 status: 'done' → 'todo'`. */
export function findingText(finding: Finding): string {
  const row = `${finding.mapping} ${keyText(finding.key ?? finding.targetKey)}`
  const why = finding.why === null ? '' : ` (${finding.why})`
  switch (finding.class) {
    case 'missing':
      return `${row}: no target row${why}`
    case 'orphaned':
      return `${finding.mapping} target row ${keyText(finding.targetKey)}: no legacy row${why}`
    case 'duplicate':
      return `${row}: a further target row ${keyText(finding.targetKey)}${why}`
    case 'held':
      return `${row} ${finding.field}: ${valuesText(finding)} (held by the target)`
    case 'mismatched':
      return finding.why === null
        ? `${row} ${finding.field}: ${valuesText(finding)}`
        : `${row} ${finding.field}: ${shown(finding.targetValue)}, but ${finding.why}`
  }
}

/** A key as people write it: `17`, `(3, a)`. */
export function keyText(key: Key | null): string {
  if (key === null) return '?'
  return key.length === 1 ? String(key[0]) : `(${key.join(', ')})`
}

function valuesText({ targetValue, legacyValue }: Finding): string {
  return `${shown(targetValue)} instead of ${shown(legacyValue)}`
}

function shown(value: string | null): string {
  return value === null ? 'NULL' : `'${value}'`
}
