import { type Database, type Queryable, retrying, type Transaction } from '@changeover/database'
import { type Direction, type Mapping } from '@changeover/mapping'
import { lockPhase, type Phase } from '@changeover/rollout'
import { asEngine, type Key, type Sync } from '@changeover/sync'
import type { DualWrite } from './dual-write.ts'

/** How much is owed to the other side, for health and gates: an advance needs none. */
export interface OwedState {
  /** Keys, each counted once. */
  readonly keys: number
  /** Seconds since the oldest was owed; 0 where nothing is. */
  readonly oldestSeconds: number
  readonly reasons: readonly { readonly why: string; readonly keys: number }[]
}

/** What is owed now. Cost: one statement. */
export async function owedState(database: Queryable, migration: string): Promise<OwedState> {
  const { rows } = await database.query<{ keys: number; oldest: number; reasons: string | null }>(
    `SELECT (SELECT count(DISTINCT (mapping, key)) FROM changeover.outbox WHERE migration = $1)::int AS keys,
      COALESCE((SELECT extract(epoch FROM clock_timestamp() - min(since)) FROM changeover.outbox WHERE migration = $1), 0)::float8 AS oldest,
      (SELECT jsonb_agg(jsonb_build_object('why', why, 'keys', keys) ORDER BY keys DESC, why)
        FROM (SELECT why, count(DISTINCT (mapping, key)) AS keys FROM changeover.outbox WHERE migration = $1 GROUP BY why LIMIT 20) AS each)::text AS reasons`,
    [migration],
  )
  const [row] = rows
  return {
    keys: row?.keys ?? 0,
    oldestSeconds: row?.oldest ?? 0,
    reasons: JSON.parse(row?.reasons ?? '[]') as OwedState['reasons'], // the statement builds it
  }
}

/** What a round of repair did. `stale` are owed in a direction that no longer is the one of the phase. */
export interface RepairReport {
  readonly repaired: number
  readonly remaining: number
  readonly stale: number
}

export interface RepairOptions {
  /** Keys at most; 1000 unless given. */
  readonly limitKeys?: number
  readonly signal?: AbortSignal
}

interface Owed {
  readonly mapping: string
  readonly direction: Direction
  readonly key: string
}

/**
 * Pays what is owed: syncs each key in a transaction of its own, and forgets it when that went well. What still fails stays
 * with one more attempt. Any number of these may run at once. Something owed in the other direction (the phase has changed
 * since) is left for a person: to sync it now could overwrite either side.
 */
export async function repair(
  database: Database,
  sync: Sync,
  { migration, mappings }: DualWrite,
  { limitKeys = 1000, signal }: RepairOptions = {},
): Promise<RepairReport> {
  const { rows } = await database.query<Owed>(
    `SELECT mapping, direction, key::text AS key FROM changeover.outbox WHERE migration = $1
      GROUP BY mapping, direction, key ORDER BY min(attempts), min(id) LIMIT $2::int`,
    [migration, limitKeys],
  )
  const report = { repaired: 0, remaining: 0, stale: 0 }
  for (const owed of rows) {
    if (signal?.aborted === true) break
    const mapping = mappings.find(({ name }) => name === owed.mapping)
    report[mapping ? await repairKey(database, sync, migration, mapping, owed) : 'remaining']++
  }
  return report
}

async function repairKey(
  database: Database,
  sync: Sync,
  migration: string,
  mapping: Mapping,
  owed: Owed,
): Promise<keyof RepairReport> {
  try {
    return await retrying(database, async (tx) => {
      const { phase } = await lockPhase(tx, migration)
      await asEngine(tx, migration)
      if (directionIn(phase) !== owed.direction) return 'stale'
      const ids = await claim(tx, migration, owed)
      if (ids.length === 0) return 'repaired'
      const key = JSON.parse(owed.key) as Key // a list of texts
      const led = await tx.query<{ led: boolean }>('SELECT changeover.target_has_led($1) AS led', [migration])
      const heldValues = owed.direction === 'backward' || led.rows[0]?.led === true ? 'keep' : 'overwrite'
      const { refused } = await sync.keys(tx, mapping, owed.direction, [key], { heldValues })
      const [reason] = refused
      if (reason) {
        await note(tx, migration, owed, `${reason.field} ${reason.why} (${reason.rule})`)
        return 'remaining'
      }
      await tx.query('DELETE FROM changeover.outbox WHERE id = ANY ($1::bigint[])', [ids])
      return 'repaired'
    })
  } catch (error) {
    await note(database, migration, owed, error instanceof Error ? error.message : String(error))
    return 'remaining'
  }
}

function directionIn({ name }: Phase): Direction | undefined {
  if (name === 'legacy-leads') return 'forward'
  return name === 'target-leads' ? 'backward' : undefined
}

/** Only what is seen now is forgotten: a failure that commits meanwhile is owed again. */
async function claim(tx: Transaction, migration: string, { mapping, direction, key }: Owed) {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id::text AS id FROM changeover.outbox
      WHERE migration = $1 AND mapping = $2 AND direction = $3 AND key = $4::jsonb FOR UPDATE SKIP LOCKED`,
    [migration, mapping, direction, key],
  )
  return rows.map(({ id }) => id)
}

async function note(database: Queryable, migration: string, { mapping, direction, key }: Owed, why: string) {
  await database.query(
    `UPDATE changeover.outbox SET attempts = attempts + 1, why = $5
      WHERE migration = $1 AND mapping = $2 AND direction = $3 AND key = $4::jsonb`,
    [migration, mapping, direction, key, why],
  )
}
