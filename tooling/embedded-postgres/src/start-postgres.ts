import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepareBinaries } from './binaries.ts'
import { openCluster } from './cluster.ts'
import { explained } from './errors.ts'
import { withFolderLock } from './folder-lock.ts'
import { countLeases, takeLease } from './leases.ts'
import { findPlace, type Place } from './place.ts'
import { identityOf, isAlive } from './process-identity.ts'
import { launchServer, runningServer, stopServer } from './server.ts'

export interface StartOptions {
  /** Where the data is kept; created if missing. Commands that name the same folder share one server. */
  readonly folder: string
  /** A free one unless given. Whoever joins a running server gets the port that it has. */
  readonly port?: number
  /** Server settings as in postgresql.conf, for the one who starts the server. */
  readonly settings?: Readonly<Record<string, string>>
  /** `throwaway`: the folder is deleted when the last user is gone. */
  readonly lifetime?: 'keep' | 'throwaway'
}

export interface EmbeddedPostgres {
  readonly url: string
  readonly port: number
  /** Ends this use of the server. The last user to stop stops the server, and this waits until it is gone. */
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL on the data in a folder, or joins the one that runs there. Users that die without `stop()`
 * are noticed: the server stops within seconds after the last one.
 *
 * Cost: the first start in a folder about a second, later ones 50 ms, joining 1 ms.
 * Errors: PLATFORM_UNSUPPORTED, BINARIES_MISSING, ACCOUNT_MISSING, FOLDER_UNUSABLE, FOLDER_BUSY, PORT_IN_USE,
 * DISK_FULL, VERSION_MISMATCH, START_FAILED.
 */
export async function startPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  try {
    const place = findPlace(options.folder)
    const absolute = { ...options, folder: resolve(options.folder) }
    return await withFolderLock(options.folder, () => joinOrStart(absolute, place))
  } catch (error) {
    throw explained(error, options.folder)
  }
}

async function joinOrStart(options: StartOptions, place: Place): Promise<EmbeddedPostgres> {
  const release = takeLease(options.folder)
  const data = join(place.folder, 'data')
  try {
    superviseFolder(options, place)
    const binaries = prepareBinaries(place)
    const cluster = await openCluster(place, binaries)
    const running = runningServer(data)
    const { port } = running?.ready
      ? running
      : await launchServer(place, binaries, cluster, {
          port: options.port,
          settings: options.settings ?? {},
          log: join(options.folder, 'server.log'),
        })
    const url = `postgresql://postgres:${cluster.password}@127.0.0.1:${port}/postgres`
    return { url, port, stop: once(() => leave(options, place, release)) }
  } catch (error) {
    release()
    throw error
  }
}

async function leave(options: StartOptions, place: Place, release: () => void): Promise<void> {
  const emptied = await withFolderLock(options.folder, async () => {
    release()
    if (countLeases(options.folder) > 0) return false
    await stopServer(join(place.folder, 'data'))
    return true
  })
  if (!emptied || options.lifetime !== 'throwaway') return
  for (const folder of [place.folder, options.folder]) rmSync(folder, { recursive: true, force: true })
}

/** Makes sure that somebody watches the folder who outlives us. Called under the folder's lock. */
function superviseFolder(options: StartOptions, place: Place): void {
  const file = join(options.folder, 'supervisor')
  if (isAlive(readOr(file, ''))) return
  // From source (in tests) the twin of this module is TypeScript, which Node runs as it is.
  const source = import.meta.url.endsWith('.ts')
  const script = fileURLToPath(new URL(source ? './supervisor.ts' : './supervisor.js', import.meta.url))
  const child = spawn(
    process.execPath,
    [
      ...(source ? ['--conditions=source'] : []),
      script,
      options.folder,
      place.folder,
      options.lifetime ?? 'keep',
    ],
    { detached: true, stdio: 'ignore' },
  )
  child.unref()
  if (child.pid !== undefined) writeFileSync(file, identityOf(child.pid) ?? '')
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => (result ??= work())
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
