import type { Mapping } from '@changeover/mapping'

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
  /** The schema of the proxies, which the refusal of a direct legacy write names; absent where there are none. */
  readonly proxySchema?: string
}
