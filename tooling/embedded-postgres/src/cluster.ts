import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Binaries } from './binaries.ts'
import { errors } from './errors.ts'
import type { Account, Place } from './place.ts'

/** The data of one server, ready to be started. */
export interface Cluster {
  readonly data: string
  readonly password: string
}

/**
 * Opens the data in `place`, and creates it first if there is none. Call it under the folder's lock.
 *
 * Errors: DISK_FULL, VERSION_MISMATCH, START_FAILED.
 */
export async function openCluster(place: Place, binaries: Binaries): Promise<Cluster> {
  const data = join(place.folder, 'data')
  if (!existsSync(data)) await createCluster(place, binaries, data)
  const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()
  const needed = binaries.version.split('.')[0] ?? ''
  if (found !== needed) throw errors.VERSION_MISMATCH({ folder: data, found, needed })
  return { data, password: readFileSync(passwordFile(data), 'utf8') }
}

// The data is made beside its final place and renamed at the end: a crash leaves all of it or none.
async function createCluster(place: Place, binaries: Binaries, data: string): Promise<void> {
  const draft = `${data}.new`
  for (const name of readdirSync(place.folder)) {
    if (name.startsWith('data.new')) rmSync(join(place.folder, name), { recursive: true, force: true })
  }
  mkdirSync(draft, { mode: 0o700 })
  const password = `${draft}.password`
  writeFileSync(password, randomBytes(18).toString('base64url'), { mode: 0o600 })
  for (const path of [draft, password]) give(path, place.account)
  await initdb(place, binaries, draft, password)
  renameSync(password, passwordFile(draft))
  renameSync(draft, data)
}

async function initdb(place: Place, binaries: Binaries, data: string, password: string): Promise<void> {
  const child = spawn(
    join(binaries.folder, 'bin', 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${password}`,
      '--encoding=UTF8',
      '--no-sync',
    ].concat(['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions']),
    { ...place.account, cwd: place.folder, env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  )
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  if (code === 0) return
  rmSync(data, { recursive: true, force: true })
  throw whyNotStarted(place.folder, out + err)
}

/** Turns what PostgreSQL printed before it gave up into a failure. */
export function whyNotStarted(folder: string, log: string) {
  if (/No space left on device|Disk quota exceeded/.test(log)) return errors.DISK_FULL({ folder })
  return errors.START_FAILED({ folder, log: log.trim().split('\n').slice(-12).join('\n') })
}

/** What the server's programs see of our environment: no PG* variable, no locale, no time zone of the machine. */
export function serverEnvironment() {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

function give(path: string, account: Account | null): void {
  if (account === null) return
  chownSync(path, account.uid, account.gid)
  chmodSync(path, path.endsWith('.password') ? 0o600 : 0o700)
}

function passwordFile(data: string): string {
  return join(data, 'changeover.password')
}
