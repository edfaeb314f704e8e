import type { Queryable } from '@changeover/database'
import { collisionsSql, lossOf, type LossLine, lossSql, type Mapping } from '@changeover/mapping'
import { type Unresolved, unresolvedIn } from '@changeover/verifier'

/** What a rule keeps, and how many real rows break it. */
export interface RuleLoss extends LossLine {
  /** Rows that the rule cannot map. */
  readonly refused: number
  /** Rows whose fields come back different. */
  readonly changed: number
  /** The smallest key of such a row; null where there is none. */
  readonly firstKey: string | null
}

/** Legacy rows that would have the same value in a unique set of target fields. */
export interface Collision {
  readonly fields: string
  /** Up to five of their keys. */
  readonly keys: readonly string[]
  readonly rows: number
}

export interface MappingLoss {
  readonly mapping: string
  readonly rows: number
  readonly rules: readonly RuleLoss[]
  readonly collisions: readonly Collision[]
  /** Values that rules keep aside: they break nothing, and wait for a decision. */
  readonly unresolved: readonly Unresolved[]
}

/**
 * Counts the real rows that break each rule of a mapping, and those that collide on the target. Writes nothing.
 *
 * Cost: one scan of the legacy table, and one for each unique set of the target and each rule that may keep values aside. Errors: DATABASE.*.
 */
export async function measureLoss(database: Queryable, mapping: Mapping): Promise<MappingLoss> {
  const { rows } = await database.query<Record<string, string | null>>(lossSql(mapping).text)
  const counts = rows[0] ?? {}
  return {
    mapping: mapping.name,
    rows: Number(counts['total'] ?? 0),
    rules: lossOf(mapping).map((line, index) => ({
      ...line,
      refused: Number(counts[`refused_${index}`] ?? 0),
      changed: Number(counts[`changed_${index}`] ?? 0),
      firstKey: counts[`key_${index}`] ?? null,
    })),
    collisions: await collisionsOf(database, mapping),
    unresolved: await unresolvedIn(database, mapping),
  }
}

async function collisionsOf(database: Queryable, mapping: Mapping): Promise<readonly Collision[]> {
  const probe = collisionsSql(mapping)
  if (probe === undefined) return []
  const { rows } = await database.query<{ fields: string; keys: readonly string[]; count: string }>(
    probe.text,
  )
  return rows.map(({ fields, keys, count }) => ({ fields, keys, rows: Number(count) }))
}
