import type { Problem } from '@changeover/errors'

/** What an audit looks for. */
export type AuditCheck = 'orphaned' | 'missing' | 'refused' | 'out of order' | 'duplicate' | 'collision'

/** Rows with one and the same defect. */
export interface AuditFinding {
  readonly check: AuditCheck
  readonly table: string
  /** The fields that are wrong, or the rule that refuses. */
  readonly of: string
  readonly rows: number
  /** The smallest key of such a row, as text. */
  readonly firstKey: string
  /** The values behind it, the most frequent first; empty where they say nothing. */
  readonly values: readonly AuditedValue[]
  readonly problem: Problem
}

export interface AuditedValue {
  /** One for each field, as text. */
  readonly value: readonly (string | null)[]
  readonly rows: number
}
