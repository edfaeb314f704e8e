import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { type Cluster, serverEnvironment, whyNotStarted } from './cluster.ts'
import { errors } from './errors.ts'
import { freePort } from './free-port.ts'
import type { Place } from './place.ts'
import { commandOf, identityOf } from './process-identity.ts'

export interface RunningServer {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

export interface LaunchOptions {
  readonly port: number | undefined
  readonly settings: Readonly<Record<string, string>>
  readonly log: string
}

/** The server that runs on this data, whoever started it, or null. */
export function runningServer(data: string): RunningServer | null {
  const lines = readPidFile(data)
  const pid = Number(lines[0])
  // After a crash the file stays, and its number may belong to any other process by now.
  if (!(pid > 0) || identityOf(pid) === null || !commandOf(pid).includes(data)) return null
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/**
 * Starts a server on the data and waits until it takes connections. Call it under the folder's lock.
 *
 * Errors: PORT_IN_USE, DISK_FULL, START_FAILED.
 */
export async function launchServer(
  place: Place,
  binaries: Binaries,
  cluster: Cluster,
  options: LaunchOptions,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    rmSync(join(cluster.data, 'postmaster.pid'), { force: true })
    const port = options.port ?? (await freePort())
    const child = spawnServer(place, binaries, cluster, { ...options, port })
    const server = await untilReady(child, cluster.data)
    if (server !== null) return server
    const log = readFileSync(options.log, 'utf8')
    const taken = /Address already in use/.test(log)
    if (taken && options.port !== undefined) throw errors.PORT_IN_USE({ port })
    // Processes of a server that was killed need a moment to notice and to let go of its shared memory.
    const lingering = /pre-existing shared memory block|lock file .* already exists/.test(log)
    if (attempt === 40 || !(taken || lingering)) throw whyNotStarted(place.folder, log)
    await sleep(250)
  }
}

/** Stops the server of this data, if one runs, and waits until it is gone. */
export async function stopServer(data: string): Promise<void> {
  const server = runningServer(data)
  if (server === null) return
  const identity = identityOf(server.pid)
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signalTo(server.pid, signal)
    const deadline = performance.now() + (signal === 'SIGINT' ? 20_000 : 5_000)
    while (performance.now() < deadline) {
      if (identityOf(server.pid) !== identity) return
      await sleep(10)
    }
  }
}

function spawnServer(
  place: Place,
  binaries: Binaries,
  cluster: Cluster,
  options: LaunchOptions,
): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.settings,
  }
  const log = openSync(options.log, 'w', 0o600)
  try {
    const child = spawn(
      join(binaries.folder, 'bin', 'postgres'),
      [
        '-D',
        cluster.data,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      // A session of its own: Ctrl-C in the terminal is for the command, which then stops the server itself.
      {
        ...place.account,
        cwd: place.folder,
        env: serverEnvironment(),
        detached: true,
        stdio: ['ignore', log, log],
      },
    )
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

async function untilReady(child: ChildProcess, data: string): Promise<RunningServer | null> {
  let failure: Error | undefined
  child.on('error', (error) => (failure = error))
  for (;;) {
    if (failure !== undefined) throw failure
    if (child.exitCode !== null || child.signalCode !== null) return null
    const server = runningServer(data)
    if (server?.pid === child.pid && server?.ready) return server
    await sleep(10)
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself.
  }
}

function readPidFile(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}
