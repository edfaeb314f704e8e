import type { Queryable } from '@changeover/database'

/** Columns that only legacy describes, of a table that stays: a table in place. */
export interface LegacyColumns {
  /** As SQL names it. */
  readonly table: string
  readonly columns: readonly string[]
}

/** How columns are called in reports: `lead (state)`. */
export function columnsLabel({ table, columns }: LegacyColumns): string {
  return `${table} (${columns.join(', ')})`
}

/**
 * Starts the watch of columns, or starts it anew where the phase has changed since. The server counts no use of a column, and the
 * target uses the table: what is watched is that nothing is found to depend on the columns for so long.
 */
export async function watchColumns(
  database: Queryable,
  migration: string,
  places: readonly LegacyColumns[],
): Promise<void> {
  const labels = places.map(columnsLabel)
  await database.query(watch, [migration, labels, places.map(({ table }) => table)])
}

/** Whatever the server knows to need one of the columns beyond the table itself, and functions whose text names one. */
export async function dependentsOfColumns(
  database: Queryable,
  places: readonly LegacyColumns[],
): Promise<readonly string[]> {
  const pairs = places.flatMap(({ table, columns }) => columns.map((column) => ({ table, column })))
  const { rows } = await database.query<{ dependent: string }>(listDependents, [
    pairs.map(({ table }) => table),
    pairs.map(({ column }) => column),
  ])
  return rows.map(({ dependent }) => dependent)
}

const watch = `insert into changeover.legacy_use as u (migration, relation, relid, reads, writes, users)
  select $1, t.label, c.oid, 0, 0, '{}' from unnest($2::text[], $3::text[]) as t(label, name) join pg_class c on c.oid = to_regclass(t.name)
  on conflict (migration, relation) do update set relid = excluded.relid,
    first_at = greatest(u.first_at, (select p.since from changeover.phase p where p.migration = u.migration))`

/** What is auto-dropped with a column (its checks, its indexes) needs it, but goes with it. A trigger function reaches the columns of its table without naming that. What is our own goes with the migration. */
const listDependents = `with legacy as (
    select c.oid, c.relname, a.attnum, a.attname from unnest($1::text[], $2::text[]) as t(name, field)
      join pg_class c on c.oid = to_regclass(t.name) join pg_attribute a on a.attrelid = c.oid and a.attname = t.field and not a.attisdropped),
  found as (
    select d.* from legacy l join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = l.oid and d.refobjsubid = l.attnum)
  select case s.relkind when 'S' then format('sequence %s', s.oid::regclass) when 'm' then format('materialized view %s', s.oid::regclass)
      when 'v' then format('view %s', s.oid::regclass) else pg_describe_object(f.classid, f.objid, f.objsubid) end as dependent
    from found f left join pg_rewrite r on f.classid = 'pg_rewrite'::regclass and r.oid = f.objid
    left join pg_class s on s.oid = coalesce(r.ev_class, case when f.classid = 'pg_class'::regclass and f.objsubid = 0 then f.objid end)
    left join pg_namespace n on n.oid = s.relnamespace
    left join pg_trigger g on f.classid = 'pg_trigger'::regclass and g.oid = f.objid
    left join pg_proc p on p.oid = g.tgfoid
   where (s.relkind = 'S' or f.deptype = 'n' and not exists (select from found own where own.classid = f.classid and own.objid = f.objid
       and own.refobjid = f.refobjid and own.refobjsubid = f.refobjsubid and own.deptype in ('a', 'i'))) and n.nspname is distinct from 'changeover_legacy'
     and p.pronamespace is distinct from to_regnamespace('changeover')
  union
  select format('function %s', p.oid::regprocedure) from legacy l
    join pg_proc p on p.prosrc ~* ('\\m' || regexp_replace(l.attname, '(\\W)', '\\\\\\1', 'g') || '\\M')
    join pg_namespace n on n.oid = p.pronamespace
   where n.nspname not in ('pg_catalog', 'information_schema', 'changeover', 'changeover_legacy')
     and (p.prosrc ~* ('\\m' || regexp_replace(l.relname, '(\\W)', '\\\\\\1', 'g') || '\\M')
       or exists (select from pg_trigger g where g.tgrelid = l.oid and g.tgfoid = p.oid))
   order by dependent`
