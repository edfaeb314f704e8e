import type { Database } from '@changeover/database'
import { type Migration, rehearseWhenDue } from '@changeover/migration'

export interface RehearsalsOptions {
  readonly database: Database
  readonly migrations: readonly Migration[]
  /** How old the figure of a rehearsal may become; 0: nobody rehearses. */
  readonly everySeconds: number
  readonly onError: (error: unknown, migration: string) => void
}

// A phase that has changed wants a new figure soon, whatever the interval is.
const longestLookMs = 30_000

/** Keeps the figure that the way back could not give back from growing old, while the process lives. One rehearsal at a time. */
export function keepRehearsed({ database, migrations, everySeconds, onError }: RehearsalsOptions): {
  close(): Promise<void>
} {
  if (everySeconds === 0) return { close: async () => {} }
  let isClosing = false
  let looking: Promise<void> | undefined
  const look = async () => {
    for (const migration of migrations) {
      if (isClosing) return
      await rehearseWhenDue(database, migration, { everySeconds }).catch((error: unknown) =>
        onError(error, migration.name),
      )
    }
  }
  const timer = setInterval(
    () => {
      looking ??= look().finally(() => (looking = undefined))
    },
    Math.min(longestLookMs, everySeconds * 1_000),
  )
  timer.unref()
  return {
    async close() {
      isClosing = true
      clearInterval(timer)
      await looking
    },
  }
}
