import type { Queryable } from '@changeover/database'
import type { ArchivedTable } from './archived-tables.ts'

interface Found {
  readonly old: string
  readonly kept: string
  readonly view: string
  readonly column: string
  readonly roles: readonly string[]
}

/**
 * Statements that make a sequence of its own out of each one that goes with a table while a view takes its defaults from it:
 * the same name at the old place, the same next number, the same roles. A sequence of an identity column cannot be set free.
 */
export async function keptSequences(
  database: Queryable,
  archived: readonly ArchivedTable[],
): Promise<readonly string[]> {
  const { rows } = await database.query<Found>(query, [
    archived.map(({ archiveSchema }) => archiveSchema),
    archived.map(({ table }) => table),
    archived.map(({ schema }) => schema),
  ])
  const sequences = Map.groupBy(rows, ({ kept }) => kept)
  return [...sequences].flatMap(([kept, uses]) => {
    const [first] = uses
    if (!first) return []
    const name = `'${kept.replaceAll("'", "''")}'`
    return [
      `CREATE SEQUENCE ${kept}`,
      `SELECT setval(${name}, last_value, is_called) FROM ${first.old}`,
      ...first.roles.map((role) => `GRANT USAGE ON SEQUENCE ${kept} TO ${role}`),
      ...uses.map(
        ({ view, column }) =>
          `ALTER VIEW ${view} ALTER COLUMN ${column} SET DEFAULT nextval(${name}::regclass)`,
      ),
    ]
  })
}

const query = `select format('%I.%I', n.nspname, s.relname) as old, format('%I.%I', given.schema, s.relname) as kept,
    v.oid::regclass::text as view, quote_ident(c.attname) as column,
    array(select distinct coalesce(quote_ident(r.rolname), 'PUBLIC') from aclexplode(s.relacl) a left join pg_roles r on r.oid = a.grantee) as roles
  from unnest($1::text[], $2::text[], $3::text[]) as given(archive, name, schema)
  join pg_depend d on d.refclassid = 'pg_class'::regclass and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
    and d.refobjid = to_regclass(format('%I.%I', given.archive, given.name))
  join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_namespace n on n.oid = s.relnamespace
  join pg_depend u on u.refclassid = 'pg_class'::regclass and u.refobjid = s.oid and u.classid = 'pg_attrdef'::regclass
  join pg_attrdef f on f.oid = u.objid join pg_class v on v.oid = f.adrelid and v.relkind = 'v'
  join pg_attribute c on c.attrelid = f.adrelid and c.attnum = f.adnum
  order by 1, 3`
