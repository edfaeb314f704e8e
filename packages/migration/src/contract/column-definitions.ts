import type { Queryable } from '@changeover/database'
import { type ColumnGrant, columnGrants } from './column-grants.ts'
import type { TableName } from './legacy-tables.ts'

/** What it takes to make columns again as they were; each a piece of SQL. */
export interface ColumnDefinitions {
  readonly columns: readonly {
    /** Quoted. */
    readonly name: string
    readonly type: string
    /** What follows the type: collation, default or expression, NOT NULL. */
    readonly rest: string
    /** Whether it is computed from others, so that it has no value of its own to give back. */
    readonly generated: boolean
    readonly comment: string | null
  }[]
  /** `ADD CONSTRAINT …` of those that go with a column. Rows have come since: what may be left unchecked comes back NOT VALID. */
  readonly constraints: readonly string[]
  /** `CREATE INDEX …` of those that go with a column and belong to no constraint. */
  readonly indexes: readonly string[]
  /** Privileges that were given for a column alone; absent in what was archived before they were kept. */
  readonly grants?: readonly ColumnGrant[]
}

/** The columns of the table as they are now, with the constraints and indexes in which one of them takes part. */
export async function columnDefinitions(
  database: Queryable,
  { schema, table }: TableName,
  names: readonly string[],
): Promise<ColumnDefinitions> {
  const { rows } = await database.query<{ found: string }>(query, [schema, table, [...names]])
  const found = JSON.parse(rows[0]?.found ?? '{}') as ColumnDefinitions // the query makes just this
  return { ...found, grants: await columnGrants(database, { schema, table }, names) }
}

/** Indexes count by what they depend on: expressions and conditions name columns, too. */
const query = `with own as (
    select a.*, c.oid as table_oid from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where n.nspname = $1 and c.relname = $2 and a.attname = any($3::text[]) and not a.attisdropped),
  needs as (select d.classid, d.objid from own o join pg_depend d on d.refclassid = 'pg_class'::regclass
     and d.refobjid = o.table_oid and d.refobjsubid = o.attnum)
  select jsonb_build_object(
    'columns', coalesce((select jsonb_agg(jsonb_build_object('name', quote_ident(o.attname), 'type', format_type(o.atttypid, o.atttypmod),
        'generated', o.attgenerated <> '', 'comment', col_description(o.table_oid, o.attnum),
        'rest', concat_ws(' ',
          (select format('COLLATE %I.%I', n.nspname, l.collname) from pg_collation l join pg_namespace n on n.oid = l.collnamespace
             join pg_type t on t.oid = o.atttypid where l.oid = o.attcollation and o.attcollation <> t.typcollation),
          (select case o.attgenerated when '' then 'DEFAULT ' || e.text when 's' then format('GENERATED ALWAYS AS (%s) STORED', e.text)
              else format('GENERATED ALWAYS AS (%s) VIRTUAL', e.text) end
             from pg_attrdef f, pg_get_expr(f.adbin, f.adrelid) as e(text) where f.adrelid = o.table_oid and f.adnum = o.attnum),
          case when o.attnotnull then 'NOT NULL' end)) order by o.attnum) from own o), '[]'),
    'constraints', coalesce((select jsonb_agg(format('ADD CONSTRAINT %I %s%s', k.conname, pg_get_constraintdef(k.oid),
        case when k.contype in ('c', 'f') and k.convalidated then ' NOT VALID' else '' end) order by k.contype <> 'p', k.conname)
      from pg_constraint k where k.contype in ('c', 'f', 'u', 'p', 'x')
        and k.oid in (select objid from needs where classid = 'pg_constraint'::regclass)
        and k.conrelid in (select table_oid from own)), '[]'),
    'indexes', coalesce((select jsonb_agg(pg_get_indexdef(i.indexrelid) order by i.indexrelid::regclass::text)
      from pg_index i where i.indexrelid in (select objid from needs where classid = 'pg_class'::regclass)
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)), '[]'))::text as found`
