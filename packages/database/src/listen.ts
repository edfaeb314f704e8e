import { setTimeout } from 'node:timers/promises'
import { Client, escapeIdentifier } from 'pg'
import { toFailure } from './to-failure.ts'

export interface ListenOptions {
  /** Of the server itself: a pooler in transaction mode (PgBouncer) delivers no notifications. */
  readonly url: string
  readonly channel: string
  /** Called for every notification, and after every connection, since some may have been missed before it. */
  readonly onNotify: (payload: string | undefined) => void
  /** Told when the connection broke; it is made again. */
  readonly onError?: (error: unknown) => void
  /** The pause before a broken connection is made again; 1 s unless given. */
  readonly reconnectMs?: number
}

export interface Listening {
  close(): Promise<void>
}

/**
 * Listens on a channel of PostgreSQL (LISTEN/NOTIFY), on a connection of its own that is made again when it breaks.
 * Notifications can be lost: whoever must not miss one polls as well.
 *
 * Errors: DATABASE.* when the first connection fails.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { reconnectMs = 1_000, onError = () => {} } = options
  const stop = new AbortController()
  const broken = Promise.withResolvers<void>()
  let client = await connect(options, broken.resolve)
  const keep = async (whenBroken: Promise<void>) => {
    for (let wait = whenBroken; ; ) {
      await Promise.race([wait, aborted(stop.signal)])
      if (stop.signal.aborted) return
      const again = Promise.withResolvers<void>()
      try {
        client = await connect(options, again.resolve)
        wait = again.promise
      } catch (error) {
        onError(error)
        await setTimeout(reconnectMs)
      }
    }
  }
  const keeping = keep(broken.promise)
  return {
    async close() {
      stop.abort()
      await keeping
      await client.end().catch(() => {}) // it may be broken already
    },
  }
}

async function connect(
  { url, channel, onNotify, onError = () => {} }: ListenOptions,
  onBroken: () => void,
): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'changeover listen', keepAlive: true })
  client.on('notification', ({ payload }) => onNotify(payload))
  client.on('error', (error) => onError(toFailure(error)))
  client.on('end', onBroken)
  try {
    await client.connect()
    await client.query(`listen ${escapeIdentifier(channel)}`)
  } catch (error) {
    await client.end().catch(() => {})
    throw toFailure(error)
  }
  onNotify(undefined)
  return client
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
