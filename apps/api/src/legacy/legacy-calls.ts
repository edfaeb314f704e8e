import type { Queryable } from '@changeover/database'

/** Creates the table of calls, idempotently. */
export const legacyCallLedger: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover_api',
  `CREATE TABLE IF NOT EXISTS changeover_api.legacy_call (
    client text NOT NULL,
    operation text NOT NULL,
    day date NOT NULL DEFAULT current_date,
    calls bigint NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client, operation, day)
  )`,
]

/** How often somebody called a legacy operation. */
export interface LegacyCaller {
  readonly client: string
  /** `GET /api/staff-tasks` */
  readonly operation: string
  /** As text: a bigint. */
  readonly calls: string
  readonly lastAt: string
}

/** Counts calls in memory, and stores them from time to time: no request waits for it. */
export interface LegacyCalls {
  count(client: string, operation: string): void
  /** Stores what was counted since the last time; what cannot be stored is kept for the next. */
  flush(): Promise<void>
  /** Stores the rest, and counts no more. */
  close(): Promise<void>
}

const everyMs = 5_000

/** Counts until it is closed. What a crash takes is at most the last seconds. */
export function countLegacyCalls(database: Queryable, onError: (error: unknown) => void): LegacyCalls {
  const counts = new Map<string, { client: string; operation: string; calls: number }>()
  const add = (client: string, operation: string, calls: number) => {
    const key = JSON.stringify([client, operation])
    const known = counts.get(key) ?? { client, operation, calls: 0 }
    known.calls += calls
    counts.set(key, known)
  }
  const flush = async () => {
    const taken = [...counts.values()]
    counts.clear()
    if (taken.length === 0) return
    await store(database, taken).catch((error: unknown) => {
      for (const { client, operation, calls } of taken) add(client, operation, calls)
      onError(error)
    })
  }
  const timer = setInterval(() => void flush(), everyMs)
  timer.unref()
  return {
    count: (client, operation) => add(client, operation, 1),
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

/** Who still calls what since that day, as `2026-12-31`, the busiest first: nobody must, before legacy goes. */
export async function legacyCallers(database: Queryable, since: string): Promise<readonly LegacyCaller[]> {
  const { rows } = await database.query<LegacyCaller>(
    `SELECT client, operation, sum(calls)::text AS calls, to_char(max(last_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "lastAt"
      FROM changeover_api.legacy_call WHERE day >= $1::date GROUP BY client, operation ORDER BY sum(calls) DESC, client, operation`,
    [since],
  )
  return rows
}

async function store(
  database: Queryable,
  counts: readonly { readonly client: string; readonly operation: string; readonly calls: number }[],
): Promise<void> {
  // In one order, so that two processes do not wait for each other.
  const sorted = counts.toSorted((one, other) =>
    `${one.client} ${one.operation}` < `${other.client} ${other.operation}` ? -1 : 1,
  )
  await database.query(
    `INSERT INTO changeover_api.legacy_call AS known (client, operation, calls)
      SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
      ON CONFLICT (client, operation, day) DO UPDATE SET calls = known.calls + excluded.calls, last_at = now()`,
    [
      sorted.map((each) => each.client),
      sorted.map((each) => each.operation),
      sorted.map((each) => each.calls),
    ],
  )
}
