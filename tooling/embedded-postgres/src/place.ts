import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errors } from './errors.ts'

/** The account that runs the server, when it is not the one that starts it. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

export interface Place {
  /** Where the data is; the server's account can reach it. */
  readonly folder: string
  readonly account: Account | null
}

/**
 * Decides where the server's data lives and who runs it. Normally that is `folder` and this user. PostgreSQL refuses
 * to run as root: then it is the account `nobody`, and, where that account cannot reach `folder`, a folder in
 * /var/tmp; `folder`/place.json says which.
 *
 * Errors: ACCOUNT_MISSING, FOLDER_UNUSABLE.
 */
export function findPlace(folder: string): Place {
  mkdirSync(folder, { recursive: true })
  const real = realpathSync(folder)
  if (process.getuid?.() !== 0) return { folder: real, account: null }
  const account = nobody()
  const recorded = readRecord(real)
  const place = recorded ?? (isReachable(real) ? real : elsewhere(real))
  if (place !== real) own(place)
  if (recorded === null)
    writeFileSync(join(real, 'place.json'), JSON.stringify({ folder: real, place }, null, 2))
  return { folder: place, account }
}

// Makes a folder that every account can enter and only root can change, or fails if somebody else made it.
function own(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const stat = lstatSync(folder)
  if (!stat.isDirectory() || stat.uid !== 0)
    throw errors.FOLDER_UNUSABLE({ folder, reason: 'it belongs to somebody else' })
  chmodSync(folder, 0o755)
}

function nobody(): Account {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m)
  if (line === null) throw errors.ACCOUNT_MISSING({ account: 'nobody' })
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

/** Says whether every account can enter this folder, or run this program. */
export function isReachable(path: string): boolean {
  const open = (statSync(path).mode & 0o001) !== 0
  return open && (dirname(path) === path || isReachable(dirname(path)))
}

function elsewhere(folder: string): string {
  return join('/var/tmp', `changeover-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`)
}

// A copied folder carries the record of the original: it counts only where it was written.
function readRecord(folder: string): string | null {
  try {
    const record: { folder: string; place: string } = JSON.parse(
      readFileSync(join(folder, 'place.json'), 'utf8'),
    )
    return record.folder === folder ? record.place : null
  } catch {
    return null
  }
}
