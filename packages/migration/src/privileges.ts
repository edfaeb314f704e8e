import type { Queryable } from '@changeover/database'
import type { Problem } from '@changeover/errors'
import type { Table } from '@changeover/mapping'
import type { Migration } from './define-migration.ts'
import { errors } from './errors.ts'

interface Need {
  readonly table: Table
  readonly privileges: readonly string[]
  /** Whether rows are locked (FOR NO KEY UPDATE), for which UPDATE on any one column is enough. */
  readonly locked: boolean
  /** Whether triggers or an index are made on it, which only its owner may. */
  readonly owned: boolean
}

interface Lack {
  readonly object: string
  readonly privilege: string
  readonly user: string
}

/**
 * What this user may not do, but has to: read and lock legacy rows, write the target, build indexes, keep books. Also tables
 * of which row-level security hides rows. Tables that are missing are not its concern.
 *
 * Cost: one statement for each table.
 */
export async function missingPrivileges(
  database: Queryable,
  migration: Migration,
): Promise<readonly Problem[]> {
  const found: Problem[] = [...(await lacksOnDatabase(database))]
  for (const need of needsOf(migration)) found.push(...(await lacksOnTable(database, need)))
  return found
}

function needsOf({ mappings }: Migration): readonly Need[] {
  const needs = mappings.flatMap((mapping): readonly Need[] => [
    { table: mapping.legacy, privileges: ['SELECT'], locked: true, owned: true },
    {
      table: mapping.target,
      privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
      locked: false,
      owned: true,
    },
    ...partsOf(mapping.legacy, ['SELECT'], true),
    ...partsOf(mapping.target, ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], false),
    ...mapping.links.flatMap((each): readonly Need[] => [
      { table: each.legacy.table, privileges: ['SELECT'], locked: false, owned: true },
      { table: each.target.table, privileges: ['SELECT', 'INSERT', 'DELETE'], locked: false, owned: true },
    ]),
  ])
  const byTable = Map.groupBy(needs, ({ table }) => `${table.schema ?? ''}.${table.name}`)
  return [...byTable.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          {
            table: first.table,
            privileges: [...new Set([first, ...others].flatMap(({ privileges }) => privileges))],
            locked: [first, ...others].some(({ locked }) => locked),
            owned: [first, ...others].some(({ owned }) => owned),
          },
        ],
  )
}

/** The tables behind a view, which carry its triggers. */
function partsOf({ madeOf = [] }: Table, privileges: readonly string[], locked: boolean): readonly Need[] {
  return madeOf.map(({ table }) => ({ table, privileges, locked, owned: true }))
}

async function lacksOnTable(
  database: Queryable,
  { table, privileges, locked, owned }: Need,
): Promise<readonly Problem[]> {
  const { rows } = await database.query<Lack & { readonly kind: string }>(
    `with found as (
       select c.oid, c.relowner, c.oid::regclass::text as object
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relname = $1 and c.relkind in ('r', 'p', 'v', 'f')
          and case when $2::text is null then pg_table_is_visible(c.oid) else n.nspname = $2 end)
     select 'privilege' as kind, object, privilege, current_user::text as user
       from found, unnest($3::text[]) as privilege
      where not has_table_privilege(oid, privilege)
     union all
     select 'privilege', object, 'UPDATE', current_user::text from found
      where $5::boolean and not has_any_column_privilege(oid, 'UPDATE')
     union all
     select 'owner', object, '', current_user::text from found
      where $4::boolean and not pg_has_role(relowner, 'USAGE')
     union all
     select 'rows', object, '', current_user::text from found where row_security_active(oid)`,
    [table.name, table.schema ?? null, privileges, owned, locked],
  )
  return rows.map(({ kind, object, privilege, user }) => {
    if (kind === 'owner') return errors.OWNER_NEEDED.problem({ table: object, user })
    if (kind === 'rows') return errors.ROWS_HIDDEN.problem({ table: object, user })
    return errors.PRIVILEGE_LACKING.problem({ privilege, object, user })
  })
}

async function lacksOnDatabase(database: Queryable): Promise<readonly Problem[]> {
  const { rows } = await database.query<Lack>(
    `select 'CREATE' as privilege, current_user::text as user,
            case when n.oid is null then format('DATABASE %I', current_database()) else 'SCHEMA changeover' end as object
       from (select) as one left join pg_namespace n on n.nspname = 'changeover'
      where not case when n.oid is null then has_database_privilege(current_database(), 'CREATE')
                     else has_schema_privilege(n.oid, 'CREATE') end`,
  )
  return rows.map(({ privilege, object, user }) =>
    errors.PRIVILEGE_LACKING.problem({ privilege, object, user }),
  )
}
