import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf, isAlive } from './process-identity.ts'

/** Records that this process uses the server of `folder`; call the returned function when it no longer does. */
export function takeLease(folder: string): () => void {
  const leases = join(folder, 'leases')
  mkdirSync(leases, { recursive: true })
  const lease = join(leases, randomUUID())
  writeFileSync(lease, identityOf(process.pid) ?? String(process.pid))
  return () => rmSync(lease, { force: true })
}

/** Counts the users of the server that are alive, and forgets those that are not. */
export function countLeases(folder: string): number {
  const leases = join(folder, 'leases')
  return namesIn(leases).filter((name) => holds(join(leases, name))).length
}

function holds(lease: string): boolean {
  let owner: string
  try {
    owner = readFileSync(lease, 'utf8')
  } catch {
    return false
  }
  // Empty: its owner is between creating and writing it. It is counted, and read again next time.
  if (owner === '' || isAlive(owner)) return true
  rmSync(lease, { force: true })
  return false
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
