import type { Queryable } from '@changeover/database'
import { type Claim, holdMs, type Outbox, type Owed, type OwedTotals, type Ticket } from './outbox.ts'
import { otherSide, type Side } from './side.ts'

const hold = `clock_timestamp() + interval '${holdMs} ms'`
const mine = 'switchover = $1 AND key = $2'
/** A writer who has died leaves its count behind, and no longer counts after its time. */
const isQuiet = `(writers = 0 OR held_until < clock_timestamp()) AND claimed_until < clock_timestamp()`
const joined = `version = nextval('changeover.switchover_version'), held_until = ${hold},
  writers = CASE WHEN o.held_until < clock_timestamp() THEN 1 ELSE o.writers + 1 END`

interface Row {
  readonly source: Side
  readonly version: string
}

/**
 * The outbox of a switchover in PostgreSQL (`ledgerDdl` makes its table), shared by all processes.
 *
 * Cost: one statement for each method, by primary key. Times are those of the database.
 */
export function createPostgresOutbox(database: Queryable, switchover: string): Outbox {
  const ask = <R extends object>(text: string, ...params: readonly unknown[]) =>
    database.query<R>(text, [switchover, ...params]).then(({ rows }) => rows)
  return {
    ...writing(ask),
    ...paying(ask),
  }
}

type Ask = <R extends object>(text: string, ...params: readonly unknown[]) => Promise<readonly R[]>

function writing(ask: Ask): Pick<Outbox, 'begin' | 'join' | 'sourceOf' | 'turn' | 'settle' | 'owe'> {
  const leave = async ({ key }: Ticket, why: string | undefined) => {
    const [row] = await ask<{ writers: number }>(
      `UPDATE changeover.switchover_owed SET writers = greatest(writers - 1, 0), why = COALESCE($3, why)
        WHERE ${mine} RETURNING writers`,
      key,
      why ?? null,
    )
    return { isLast: row?.writers === 0 }
  }
  return {
    async begin(key, source) {
      const [row] = await ask<Row & { readonly isAlone: boolean }>(
        `INSERT INTO changeover.switchover_owed AS o (switchover, key, source, held_until) VALUES ($1, $2, $3, ${hold})
          ON CONFLICT (switchover, key) DO UPDATE SET ${joined}
          RETURNING source, version::text AS version, (xmax = 0) AS "isAlone"`,
        key,
        source,
      )
      return { key, source: row?.source ?? source, version: versionOf(row), isAlone: row?.isAlone === true }
    },
    async join(key) {
      const [row] = await ask<Row>(
        `UPDATE changeover.switchover_owed AS o SET ${joined} WHERE ${mine} RETURNING source, version::text AS version`,
        key,
      )
      return row && { key, source: row.source, version: versionOf(row), isAlone: false }
    },
    async sourceOf(key) {
      const [row] = await ask<Row>(`SELECT source FROM changeover.switchover_owed WHERE ${mine}`, key)
      return row?.source
    },
    async turn({ key, version }, source) {
      const rows = await ask(
        `UPDATE changeover.switchover_owed SET source = $4 WHERE ${mine} AND version = $3::bigint RETURNING key`,
        key,
        String(version),
        source,
      )
      return rows.length > 0
    },
    async settle(ticket) {
      const gone = await ask(
        `DELETE FROM changeover.switchover_owed WHERE ${mine} AND version = $3::bigint RETURNING key`,
        ticket.key,
        String(ticket.version),
      )
      if (gone.length === 0) await leave(ticket, undefined)
    },
    owe: leave,
  }
}

function paying(ask: Ask): Pick<Outbox, 'claim' | 'pay' | 'giveBack' | 'due' | 'totals'> {
  return {
    async claim(key) {
      const [row] = await ask<Row>(
        `UPDATE changeover.switchover_owed SET claimed_until = ${hold} WHERE ${mine} AND ${isQuiet}
          RETURNING source, version::text AS version`,
        key,
      )
      return row && { key, source: row.source, version: versionOf(row) }
    },
    async pay({ key, version }: Claim) {
      const gone = await ask(
        `DELETE FROM changeover.switchover_owed WHERE ${mine} AND version = $3::bigint RETURNING key`,
        key,
        String(version),
      )
      if (gone.length > 0) return true
      await ask(`UPDATE changeover.switchover_owed SET claimed_until = '-infinity' WHERE ${mine}`, key)
      return false
    },
    async giveBack({ key }, why) {
      await ask(
        `UPDATE changeover.switchover_owed SET claimed_until = '-infinity', attempts = attempts + 1, why = $3 WHERE ${mine}`,
        key,
        why,
      )
    },
    async due(limit) {
      const rows = await ask<{ key: string; source: Side; attempts: number; why: string | null }>(
        `SELECT key, source, attempts, why FROM changeover.switchover_owed WHERE switchover = $1 AND ${isQuiet}
          ORDER BY attempts, since LIMIT $2::int`,
        limit,
      )
      return rows.map(
        ({ key, source, attempts, why }): Owed => ({
          key,
          towards: otherSide(source),
          attempts,
          why: why ?? undefined,
        }),
      )
    },
    async totals() {
      const [row] = await ask<OwedTotals>(
        `SELECT count(*) FILTER (WHERE source = 'target')::int AS legacy, count(*) FILTER (WHERE source = 'legacy')::int AS target,
          COALESCE(extract(epoch FROM clock_timestamp() - min(since)), 0)::float8 AS "oldestSeconds"
          FROM changeover.switchover_owed WHERE switchover = $1`,
      )
      return row ?? { legacy: 0, target: 0, oldestSeconds: 0 }
    },
  }
}

function versionOf(row: Row | undefined): bigint {
  return BigInt(row?.version ?? 0)
}
