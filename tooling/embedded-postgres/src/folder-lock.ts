import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errors } from './errors.ts'
import { identityOf, isAlive } from './process-identity.ts'

/**
 * Runs `work` while this process alone holds the folder. The lock of a process that died is taken over.
 *
 * Errors: FOLDER_BUSY after a minute.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'lock')
  await acquire(folder, lock)
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

async function acquire(folder: string, lock: string): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    if (tryAcquire(folder, lock)) return
    const owner = ownerOf(lock)
    if (owner !== null && !isAlive(owner)) clearStale(lock, owner)
    else if (performance.now() > deadline) throw errors.FOLDER_BUSY({ folder, owner: owner ?? 'unknown' })
    await sleep(25)
  }
}

// A link appears with its content or not at all, so nobody ever reads a lock without an owner.
function tryAcquire(folder: string, lock: string): boolean {
  const mine = join(folder, `lock.${randomUUID()}`)
  writeFileSync(mine, identityOf(process.pid) ?? String(process.pid))
  try {
    linkSync(mine, lock)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(mine, { force: true })
  }
}

// Only one process may clear, and only after it looked again: otherwise two could remove each other's lock.
function clearStale(lock: string, owner: string): void {
  const clearing = `${lock}.clearing`
  try {
    mkdirSync(clearing)
  } catch {
    if (ageMs(clearing) > 5_000) rmSync(clearing, { recursive: true, force: true })
    return
  }
  if (ownerOf(lock) === owner) rmSync(lock, { force: true })
  rmdirSync(clearing)
}

function ownerOf(lock: string): string | null {
  try {
    return readFileSync(lock, 'utf8')
  } catch {
    return null
  }
}

function ageMs(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
}
