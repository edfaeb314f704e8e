import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareBinaries } from './binaries.ts'
import { openCluster } from './cluster.ts'
import { findPlace } from './place.ts'
import { startPostgres } from './start-postgres.ts'
import { roomyFolder, throwawaySettings } from './vitest.ts'

/** A primary and a replica that streams from it. */
export interface Replicated {
  readonly primaryUrl: string
  readonly replicaUrl: string
  /** Stops both, and deletes their data. */
  stop(): Promise<void>
}

export interface ReplicatedOptions {
  /** How long the replica keeps what it was sent before it shows it; not at all unless given. */
  readonly delayMs?: number
}

/**
 * Starts two throwaway servers. A cluster that was never started is one that was shut down cleanly: a copy of it begins where it does.
 *
 * Cost: about two seconds.
 */
export async function startReplicated({ delayMs = 0 }: ReplicatedOptions = {}): Promise<Replicated> {
  const [primaryFolder, replicaFolder] = [newFolder('primary'), newFolder('replica')]
  const place = findPlace(primaryFolder)
  const { data } = await openCluster(place, prepareBinaries(place))
  const copy = join(findPlace(replicaFolder).folder, 'data')
  execFileSync('cp', ['-pR', data, copy]) // keeps the account that the server runs as, unlike cpSync
  writeFileSync(join(copy, 'standby.signal'), '')
  const primary = await startPostgres({ folder: primaryFolder, lifetime: 'throwaway', settings })
  const { hostname, port, username, password } = new URL(primary.url)
  const replica = await startPostgres({
    folder: replicaFolder,
    lifetime: 'throwaway',
    settings: {
      ...settings,
      primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password} application_name=replica`,
      recovery_min_apply_delay: `${delayMs}ms`,
      wal_retrieve_retry_interval: '100ms',
    },
  }).catch(async (error: unknown) => {
    await primary.stop()
    throw error
  })
  return {
    primaryUrl: primary.url,
    replicaUrl: replica.url,
    async stop() {
      await replica.stop()
      await primary.stop()
    },
  }
}

// What is committed is in the log, and on its way to the replica, when the commit returns.
const settings = { ...throwawaySettings, synchronous_commit: 'on' }

function newFolder(name: string): string {
  return mkdtempSync(join(roomyFolder(), `changeover-${name}-`))
}
