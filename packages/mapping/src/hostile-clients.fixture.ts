import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type pg from 'pg'
import { applySession, sessions } from './testing/hostile-session.ts'

export interface HostileClients {
  readonly clients: readonly pg.PoolClient[]
  close(): Promise<void>
}

/** One connection for each of the hostile sessions, in a fresh database. For this package's own tests. */
export async function connectHostile(): Promise<HostileClients> {
  const database = await createTestDatabase()
  const clients: pg.PoolClient[] = []
  for (const session of sessions) {
    const client = await database.pool().connect()
    await client.query(applySession, [JSON.stringify(session), false])
    clients.push(client)
  }
  return {
    clients,
    close: async () => {
      for (const client of clients) client.release()
      await database.drop()
    },
  }
}
