import { type Database, requireServer } from '@changeover/database'
import type { Check } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { missingPrivileges } from '../privileges.ts'

// The language of every trigger that install makes; everything else that is used is built in.
const neededExtensions = ['plpgsql']

/** Whether the server is one that a migration can live on. */
export function serverChecks(database: Database, migration: Migration): readonly Check[] {
  return [
    {
      name: 'connection',
      claim: 'the database answers, and can be written',
      look: () => connection(database),
    },
    { name: 'version', claim: 'PostgreSQL is new enough', look: () => version(database) },
    {
      name: 'extensions',
      claim: `the extension ${neededExtensions.join(', ')} is there`,
      look: () => extensions(database),
    },
    {
      name: 'privileges',
      claim: 'the user may do what install, backfill and verify need',
      look: async () => ({
        evidence: `as ${await userOf(database)}`,
        problems: await missingPrivileges(database, migration),
      }),
    },
  ]
}

async function connection(database: Database) {
  const { rows } = await database.query<{ at: string; replica: boolean }>(
    `select format('%s as %s%s', current_database(), current_user,
         ', ' || coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'over a socket')) as at,
       pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as replica`,
  )
  const [found] = rows
  return {
    evidence: found?.at ?? '',
    problems: found?.replica === false ? [] : [errors.SERVER_READ_ONLY.problem({ at: found?.at ?? '' })],
  }
}

async function version(database: Database) {
  const { text } = await requireServer(database)
  return { evidence: `PostgreSQL ${text}`, problems: [] }
}

async function extensions(database: Database) {
  const { rows } = await database.query<{ name: string }>(
    `select given as name from unnest($1::text[]) as given
      where not exists (select from pg_extension where extname = given)`,
    [neededExtensions],
  )
  return {
    evidence: `${neededExtensions.length - rows.length} of ${neededExtensions.length} installed`,
    problems: rows.map(({ name }) => errors.EXTENSION_MISSING.problem({ extension: name })),
  }
}

async function userOf(database: Database): Promise<string> {
  const { rows } = await database.query<{ user: string }>('select current_user::text as user')
  return rows[0]?.user ?? ''
}
