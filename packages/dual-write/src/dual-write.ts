import type { Direction, Mapping } from '@changeover/mapping'

/**
 * What happens to a write whose row the other side cannot take. `strict`: both sides or neither. `best-effort`: the write
 * goes through, and the key is owed to the other side (changeover.outbox) until it is repaired.
 */
export type Policy = 'strict' | 'best-effort'

/**
 * Who tells of a write. `triggers` sees every writer in any language. `orm`, for teams that may not install triggers, sees the
 * flushes of MikroORM where its subscriber is registered, and nothing else: see `detectBypass`.
 */
export type CaptureBy = 'triggers' | 'orm'

/** Dual write for the mappings of one migration. */
export interface DualWrite {
  readonly migration: string
  readonly mappings: readonly Mapping[]
  /** `strict` unless given. */
  readonly policy?: Policy
  /** `triggers` unless given. */
  readonly capture?: CaptureBy
}

/**
 * What the setting `changeover.writer` says while a sync of this migration writes to its replica. PostgreSQL takes it back by
 * itself when the function ends, so that nothing is left in the session.
 */
export function writerName(migration: string, direction: Direction): string {
  return `${migration}:${direction}`
}
