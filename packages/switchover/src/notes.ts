import type { Database } from '@changeover/database'

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Small named values that all processes of a switchover share. */
export interface Notes {
  read(name: string): Promise<Json | undefined>
  /** Replaces a value by what is made of it, as one step; gives the new one. */
  change(name: string, how: (old: Json | undefined) => Json): Promise<Json>
}

/** Notes of one process. */
export function createMemoryNotes(): Notes {
  const notes = new Map<string, Json>()
  return {
    read: async (name) => notes.get(name),
    change: async (name, how) => {
      const value = how(notes.get(name))
      notes.set(name, value)
      return value
    },
  }
}

/** Notes in PostgreSQL (`ledgerDdl` makes their table). Cost: one statement to read, a transaction to change. */
export function createPostgresNotes(database: Database, switchover: string): Notes {
  return {
    async read(name) {
      const { rows } = await database.query<{ value: string }>(
        'SELECT value::text AS value FROM changeover.switchover_note WHERE switchover = $1 AND name = $2',
        [switchover, name],
      )
      return rows[0] && parse(rows[0].value)
    },
    change: (name, how) =>
      database.transaction(async (tx) => {
        // The row first: whoever changes the same note waits here, also where it does not exist yet.
        const { rows } = await tx.query<{ value: string }>(
          `INSERT INTO changeover.switchover_note AS n (switchover, name, value) VALUES ($1, $2, 'null')
            ON CONFLICT (switchover, name) DO UPDATE SET value = n.value RETURNING value::text AS value`,
          [switchover, name],
        )
        const old = parse(rows[0]?.value ?? 'null')
        const value = how(old === null ? undefined : old)
        await tx.query(
          `UPDATE changeover.switchover_note SET value = $3::text::jsonb, updated_at = clock_timestamp()
            WHERE switchover = $1 AND name = $2`,
          [switchover, name, JSON.stringify(value)],
        )
        return value
      }),
  }
}

function parse(text: string): Json {
  return JSON.parse(text) as Json // that is what JSON.parse gives
}
