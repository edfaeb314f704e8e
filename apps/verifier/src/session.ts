import type { Database } from '@changeover/database'
import type { Config, Migration } from '@changeover/migration'
import type { Environment } from '@changeover/rollout'
import { errors } from './errors.ts'
import type { Talk } from './talk.ts'

/** What a job works with. */
export interface Session {
  readonly migration: Migration
  readonly database: Database
  /** Of that database. */
  readonly url: string
  readonly environment: Environment
  /** Where the command was called; relative file names count from here. */
  readonly folder: string
  /** The config that names the migration, where reports are to show it. */
  readonly configFile?: string
  readonly signal: AbortSignal
  readonly talk: Talk
}

/** An open database, and how to leave it. */
export interface OpenDatabase {
  readonly database: Database
  readonly url: string
  /** Whether the server lives only as long as somebody uses it. */
  readonly isStarted: boolean
  close(): Promise<void>
  /** Leaves without waiting for the statements that still run. */
  abandon(): Promise<void>
}

export interface OpenOptions {
  /** For the server that the config starts, where it is not running yet. */
  readonly port?: number | undefined
  readonly maxConnections?: number
}

/**
 * Opens the database of a config: its URL, or the server that it starts. Checks that it answers and is new enough.
 *
 * Errors: CLI.DATABASE_UNNAMED, DATABASE.*, and what starting the server throws.
 */
export async function openDatabase(
  { database: { url: given, start } }: Config,
  file: string,
  options: OpenOptions = {},
): Promise<OpenDatabase> {
  const { port, maxConnections = 6 } = options
  const { createPoolDatabase, requireServer } = await import('@changeover/database')
  const started =
    given === undefined || given === '' ? await start?.(port === undefined ? {} : { port }) : undefined
  const url = started?.url ?? given ?? ''
  if (url === '') throw errors.DATABASE_UNNAMED({ file })
  const stop = async () => {
    await started?.stop()
  }
  try {
    const database = createPoolDatabase({ url, maxConnections })
    const close = async () => {
      try {
        await database.close()
      } finally {
        await stop()
      }
    }
    const open = { database, url, isStarted: started !== undefined, close, abandon: stop }
    await requireServer(database).catch(async (error: unknown) => {
      await database.close()
      throw error
    })
    return open
  } catch (error) {
    await stop()
    throw error
  }
}
