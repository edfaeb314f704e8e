import type { Queryable } from '@changeover/database'
import type { PhaseName } from '../phase.ts'

/** One request of the application. */
export interface RequestSeen {
  readonly phase: PhaseName
  /** Whether its caller got an error that the changeover may have caused; a refusal of bad input is none. */
  readonly isFailed: boolean
  /** How long its write took; absent for a request that only reads. */
  readonly writeMs?: number
}

/** Counts requests for the health of a migration. */
export interface RequestMonitor {
  /** Adds one. Cost: none; it is stored with the next flush. */
  seen(request: RequestSeen): void
  /** Stores what has been counted. Where that fails it is kept for the next time, and told. */
  flush(): Promise<void>
  /** Flushes for the last time. */
  close(): Promise<void>
}

export interface RequestMonitorOptions {
  /** 5 s unless given. */
  readonly flushMs?: number
  readonly onError?: (error: unknown) => void
}

interface Counted {
  requests: number
  failed: number
  writes: number
  writeMs: number
}

/** Makes the monitor of one process. Cost: one statement for each phase and flush. */
export function createRequestMonitor(
  database: Queryable,
  migration: string,
  { flushMs = 5_000, onError = () => {} }: RequestMonitorOptions = {},
): RequestMonitor {
  let counted = new Map<PhaseName, Counted>()
  const add = (phase: PhaseName, more: Counted) => {
    const known = counted.get(phase) ?? { requests: 0, failed: 0, writes: 0, writeMs: 0 }
    counted.set(phase, {
      requests: known.requests + more.requests,
      failed: known.failed + more.failed,
      writes: known.writes + more.writes,
      writeMs: known.writeMs + more.writeMs,
    })
  }
  const flush = async () => {
    const taken = counted
    counted = new Map()
    for (const [phase, count] of taken)
      try {
        await store(database, migration, phase, count)
      } catch (error) {
        add(phase, count)
        onError(error)
      }
  }
  const timer = setInterval(() => void flush(), flushMs)
  timer.unref()
  return {
    seen: ({ phase, isFailed, writeMs }) =>
      add(phase, {
        requests: 1,
        failed: isFailed ? 1 : 0,
        writes: writeMs === undefined ? 0 : 1,
        writeMs: writeMs ?? 0,
      }),
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

async function store(
  database: Queryable,
  migration: string,
  phase: PhaseName,
  { requests, failed, writes, writeMs }: Counted,
): Promise<void> {
  await database.query(
    `insert into changeover.request_count as r (migration, phase, minute, requests, failed, writes, write_ms)
      values ($1, $2, date_trunc('minute', clock_timestamp()), $3, $4, $5, $6)
      on conflict (migration, minute, phase) do update set requests = r.requests + excluded.requests, failed = r.failed + excluded.failed,
        writes = r.writes + excluded.writes, write_ms = r.write_ms + excluded.write_ms`,
    [migration, phase, requests, failed, writes, writeMs],
  )
}
