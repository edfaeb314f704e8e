import type { Mapping } from '@changeover/mapping'

/**
 * What happens to a write whose row the other side cannot take. `strict`: both sides or neither. `best-effort`: the write
 * goes through, and the key is owed to the other side (changeover.outbox) until it is repaired.
 */
export type Policy = 'strict' | 'best-effort'

/** Dual write for the mappings of one migration. */
export interface DualWrite {
  readonly migration: string
  readonly mappings: readonly Mapping[]
  /** `strict` unless given. */
  readonly policy?: Policy
}
