import type { Database } from '@changeover/database'
import { tableSql } from '@changeover/mapping'
import { type Environment, readSwitch } from '@changeover/rollout'
import type { Check } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { tablesOf } from '../tables-of.ts'

/** Whether the settings are those of production. */
export function securityChecks(
  database: Database,
  migration: Migration,
  { environment }: { readonly environment: Environment },
): readonly Check[] {
  return [
    { name: 'debug-off', claim: 'NODE_ENV is production, and DEBUG is off', look: () => debug(environment) },
    { name: 'connection-encrypted', claim: 'the connection is encrypted', look: () => encryption(database) },
    { name: 'role-limited', claim: 'the user of the database is no superuser', look: () => role(database) },
    {
      name: 'tables-private',
      claim: 'not everybody may read or write the tables of either side',
      look: () => publicTables(database, migration),
    },
  ]
}

async function debug(environment: Environment) {
  const mode = environment['NODE_ENV'] ?? ''
  const problems = [
    ...(mode === 'production'
      ? []
      : [errors.SETTING_UNSAFE.problem({ name: 'NODE_ENV', value: mode, wanted: 'production' })]),
    ...(isOn(environment, 'DEBUG')
      ? [errors.SETTING_UNSAFE.problem({ name: 'DEBUG', value: environment['DEBUG'] ?? '', wanted: '0' })]
      : []),
  ]
  return { evidence: `NODE_ENV=${mode} DEBUG=${environment['DEBUG'] ?? ''}`, problems }
}

/** Text that is no switch, as DEBUG=app:*, switches something on. */
function isOn(environment: Environment, name: string): boolean {
  try {
    return readSwitch(environment, name)
  } catch {
    return true
  }
}

async function encryption(database: Database) {
  const { rows } = await database.query<{ ssl: boolean; local: boolean; cipher: string | null }>(
    `select ssl, cipher, coalesce(inet_client_addr() << inet '127.0.0.0/8' or inet_client_addr() = inet '::1', true) as local
       from pg_stat_ssl where pid = pg_backend_pid()`,
  )
  const [found] = rows
  if (found?.ssl === true) return { evidence: found.cipher ?? 'encrypted', problems: [] }
  if (found?.local === true) return { notApplicable: 'the server is on this machine' }
  return { evidence: 'not encrypted', problems: [errors.CONNECTION_OPEN.problem({})] }
}

async function role(database: Database) {
  const { rows } = await database.query<{ user: string; superuser: boolean }>(
    'select rolname::text as user, rolsuper as superuser from pg_roles where rolname = current_user',
  )
  const { user = '', superuser = true } = rows[0] ?? {}
  return { evidence: user, problems: superuser ? [errors.ROLE_SUPERUSER.problem({ user })] : [] }
}

async function publicTables(database: Database, migration: Migration) {
  const names = [...new Set(tablesOf(migration).map(({ table }) => tableSql(table).text))]
  const { rows } = await database.query<{ table: string; privileges: string }>(
    `select c.oid::regclass::text as table, string_agg(distinct a.privilege_type, ', ') as privileges
       from unnest($1::text[]) as given join pg_class c on c.oid = to_regclass(given)
       cross join aclexplode(c.relacl) a where a.grantee = 0 group by c.oid order by 1`,
    [names],
  )
  return {
    evidence: `${names.length} tables looked at`,
    problems: rows.map(({ table, privileges }) => errors.TABLE_PUBLIC.problem({ table, privileges })),
  }
}
