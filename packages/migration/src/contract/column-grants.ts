import type { Queryable } from '@changeover/database'
import { ident, type Sql, sql } from '@changeover/mapping/sql'
import type { TableName } from './legacy-tables.ts'

/** A privilege on one column, which goes with the column, and no privilege of the table says. */
export interface ColumnGrant {
  readonly column: string
  readonly privilege: string
  /** Null: everybody. */
  readonly role: string | null
  readonly isGrantable: boolean
}

/** The privileges on these columns, or on all. Cost: one statement on the catalog. */
export async function columnGrants(
  database: Queryable,
  { schema, table }: TableName,
  columns?: readonly string[],
): Promise<readonly ColumnGrant[]> {
  const { rows } = await database.query<ColumnGrant>(
    `select t.attname::text as column, a.privilege_type as privilege, r.rolname::text as role, a.is_grantable as "isGrantable"
       from pg_attribute t cross join aclexplode(t.attacl) a left join pg_roles r on r.oid = a.grantee
      where t.attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) and t.attnum > 0 and not t.attisdropped
        and ($3::text[] is null or t.attname = any($3::text[]))
        and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
      order by 1, 2, 3`,
    [schema, table, columns === undefined ? null : [...columns]],
  )
  return rows
}

/** `GRANT SELECT ("state") ON "shop" TO "clerk"` */
export function grantSql(on: Sql, { column, privilege, role, isGrantable }: ColumnGrant): string {
  const to = role === null ? sql`PUBLIC` : ident(role)
  const option = isGrantable ? sql` WITH GRANT OPTION` : sql``
  return sql`GRANT ${{ text: privilege }} (${ident(column)}) ON ${on} TO ${to}${option}`.text
}
