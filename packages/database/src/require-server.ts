import { bug } from '@changeover/errors'
import type { Queryable } from './database.ts'
import { errors } from './errors.ts'

export interface ServerVersion {
  /** `15` of 15.14. */
  readonly major: number
  /** As the server writes it. */
  readonly text: string
}

const oldestMajor = 14

/**
 * Reads the server's version and refuses one that is too old (before PostgreSQL 14 unless given).
 *
 * Errors: DATABASE.TOO_OLD.
 */
export async function requireServer(database: Queryable, oldest = oldestMajor): Promise<ServerVersion> {
  const { rows } = await database.query<ServerVersion>(
    `select current_setting('server_version_num')::int4 / 10000 as major, current_setting('server_version') as text`,
  )
  const [version] = rows
  if (version === undefined) throw bug('a select without FROM gave no row')
  if (version.major < oldest) throw errors.TOO_OLD({ version: version.text, oldest })
  return version
}
