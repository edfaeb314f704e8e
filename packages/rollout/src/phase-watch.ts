import type { Queryable } from '@changeover/database'
import { errors } from './errors.ts'
import { phaseChannel } from './ledger-ddl.ts'
import { readPhase, type StoredPhase } from './stored-phase.ts'

/** Calls back when something was announced on a channel; how that is heard is up to whoever gives it. */
export type Listen = (channel: string, onNotify: () => void) => Promise<{ close(): Promise<void> }>

export interface PhaseWatchOptions {
  /** A connection that hears announcements at once. Without it, polling alone notices a change. */
  readonly listen?: Listen
  /** How often it looks by itself, since an announcement can be lost; 500 ms unless given. */
  readonly pollMs?: number
  /** Told when the database did not answer; the last known phase stays. */
  readonly onError?: (error: unknown) => void
}

/** The stored phase as this process knows it: at most a second old while the database answers. */
export interface PhaseWatch {
  /**
   * The last phase that was read: one frozen value, for a whole request. There is no default, since a smaller phase than the
   * real one would lose writes.
   */
  current(): StoredPhase
  /** Milliseconds since the database last confirmed it. */
  ageMs(): number
  /** Calls back with every new version; returns what ends that. */
  onChange(listener: (phase: StoredPhase) => void): () => void
  /** Looks now. Errors: those of the database; ROLLOUT.PHASE_MISSING. */
  refresh(): Promise<StoredPhase>
  close(): Promise<void>
}

/**
 * Follows the stored phase of a migration.
 *
 * Cost: one round trip for each announcement and each poll; `current()` costs nothing.
 * Errors: those of the first look: a process that has never seen the phase does not start.
 */
export async function watchPhase(
  database: Queryable,
  migration: string,
  options: PhaseWatchOptions = {},
): Promise<PhaseWatch> {
  const { pollMs = 500, onError = () => {} } = options
  const state = createState(await read(database, migration))
  const refresh = async () => state.accept(await read(database, migration))
  const look = () => void refresh().catch(onError)
  const listening = await options.listen?.(phaseChannel, look).catch((error: unknown) => {
    onError(error) // the poll notices every change, only later
    return undefined
  })
  // What happened between the first look and the listening was announced to nobody.
  await refresh().catch(onError)
  const timer = setInterval(look, pollMs)
  timer.unref()
  return {
    current: state.current,
    ageMs: state.ageMs,
    onChange: state.onChange,
    refresh,
    async close() {
      clearInterval(timer)
      await listening?.close()
    },
  }
}

async function read(database: Queryable, migration: string): Promise<StoredPhase> {
  const stored = await readPhase(database, migration)
  if (stored === undefined) throw errors.PHASE_MISSING({ migration })
  return Object.freeze({ ...stored, readTenants: Object.freeze([...stored.readTenants]) })
}

/** Keeps the newest phase: answers may overtake each other, or come from a replica that lags. */
function createState(first: StoredPhase) {
  const listeners = new Set<(phase: StoredPhase) => void>()
  let known = first
  let confirmedAt = performance.now()
  return {
    current: () => known,
    ageMs: () => performance.now() - confirmedAt,
    onChange(listener: (phase: StoredPhase) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    accept(phase: StoredPhase): StoredPhase {
      if (BigInt(phase.version) < BigInt(known.version)) return known
      confirmedAt = performance.now()
      if (known.version === phase.version) return known
      known = phase
      for (const listener of listeners) listener(phase)
      return phase
    },
  }
}
