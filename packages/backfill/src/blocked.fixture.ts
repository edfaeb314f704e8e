import type { Database } from '@changeover/database'

/** Waits until a session of this database waits for a lock that another one holds. */
export async function blocked(database: Database): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ waiting: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waiting`,
    )
    if (rows[0]?.waiting === true) return
  }
}
