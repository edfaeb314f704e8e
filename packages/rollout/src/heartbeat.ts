import type { Queryable } from '@changeover/database'
import { beat, heartbeatTtlSeconds, type Heartbeat, signOff } from './instance.ts'
import type { PhaseWatch } from './phase-watch.ts'

export interface HeartbeatOptions
  extends Pick<Heartbeat, 'migration' | 'instance' | 'build' | 'mappingHash'> {
  /** A third of the time after which a silent process counts as ended, unless given. */
  readonly intervalMs?: number
  /** Told when the database did not answer. */
  readonly onError?: (error: unknown) => void
}

/**
 * Shows that this process lives, and by which phase it acts: at once, with every change, and at intervals.
 *
 * Errors: those of the first beat. Later ones are told to `onError` and tried again.
 */
export async function startHeartbeat(
  database: Queryable,
  watch: PhaseWatch,
  options: HeartbeatOptions,
): Promise<{ close(): Promise<void> }> {
  const { intervalMs = (heartbeatTtlSeconds * 1_000) / 3, onError = () => {}, ...rest } = options
  const show = () => {
    const { phase, epoch } = watch.current()
    return beat(database, { ...rest, phase: phase.name, epoch })
  }
  const showLater = () => void show().catch(onError)
  await show()
  const stopFollowing = watch.onChange(showLater)
  const timer = setInterval(showLater, intervalMs)
  timer.unref()
  return {
    async close() {
      clearInterval(timer)
      stopFollowing()
      await signOff(database, options)
    },
  }
}
