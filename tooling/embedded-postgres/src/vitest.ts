import { mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from './start-postgres.ts'

const ENOUGH_BYTES = 512 * 2 ** 20

/** Settings of a server whose data nobody will miss. */
export const throwawaySettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '256MB',
  max_connections: '100',
  max_prepared_transactions: '20',
}

/**
 * Vitest's global setup: one throwaway PostgreSQL for the whole run, in memory where there is room, or the server of
 * CHANGEOVER_TEST_DATABASE_URL. The tests find it in that variable.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env['CHANGEOVER_TEST_DATABASE_URL'] !== undefined) return async () => {}
  const folder = mkdtempSync(join(roomyFolder(), 'changeover-test-'))
  const server = await startPostgres({ folder, lifetime: 'throwaway', settings: throwawaySettings })
  process.env['CHANGEOVER_TEST_DATABASE_URL'] = server.url
  return async () => {
    delete process.env['CHANGEOVER_TEST_DATABASE_URL']
    await server.stop()
  }
}

/** A folder in memory if this machine has one with room, else the ordinary one for temporary files. */
export function roomyFolder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize >= ENOUGH_BYTES ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir()
  }
}
