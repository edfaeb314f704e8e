import { createHash } from 'node:crypto'
import type { PhaseName } from './phase.ts'
import type { StoredPhase } from './stored-phase.ts'

/** Who asks, for the share of reads: the same key is always in the same bucket. */
export interface Reader {
  /** What sticks together: the user, the session or the row. */
  readonly key: string
  readonly tenant?: string
}

/** What of a stored phase decides where reads come from. */
export type ReadShare = Pick<StoredPhase, 'migration' | 'phase' | 'readPercent' | 'readTenants'>

const bucketCount = 10_000
const shared: ReadonlySet<PhaseName> = new Set(['legacy-leads', 'target-leads'])

/** Whether the phase lets some reads come from one side and some from the other. */
export function sharesReads({ phase }: Pick<ReadShare, 'phase'>): boolean {
  return shared.has(phase.name)
}

/**
 * Says whether a read comes from the target, within what the phase permits: never in `legacy-only`, always once legacy is
 * frozen, in between for the tenants that are named and for the given share of keys. A key that reads from the target
 * stays there while the share grows.
 */
export function readsTarget(share: ReadShare, reader: Reader): boolean {
  if (!sharesReads(share)) return share.phase.authority === 'target'
  if (reader.tenant !== undefined && share.readTenants.includes(reader.tenant)) return true
  return bucketOf(share.migration, reader.key) < share.readPercent
}

/**
 * The place of a key in a migration, from 0 up to 100 in steps of 0.01. Different migrations place it independently.
 *
 * Cost: one SHA-1, about a microsecond.
 */
export function bucketOf(migration: string, key: string): number {
  const digest = createHash('sha1').update(`${migration}\u0000${key}`).digest()
  return (digest.readUInt32BE(0) % bucketCount) / (bucketCount / 100)
}
