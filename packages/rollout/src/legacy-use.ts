import type { Queryable } from '@changeover/database'
import { columnsLabel, dependentsOfColumns, type LegacyColumns, watchColumns } from './legacy-column-use.ts'
import type { Observations } from './observations.ts'

export interface LegacyUseOptions {
  readonly migration: string
  /** Legacy tables as SQL names them: `task`, `crm.task`, `"Task"`. */
  readonly tables: readonly string[]
  /** What is legacy of tables that stay. */
  readonly columns?: readonly LegacyColumns[]
  /** Views of these tables that belong to the migration itself, with the functions of their triggers. */
  readonly views?: readonly string[]
  /** Uses that are longer ago do not count. */
  readonly disuseSeconds: number
}

export type LegacyUse = NonNullable<Observations['legacyUse']>

/**
 * Looks who still uses the legacy tables: compares the counters of the server with those of the last look, and lists what
 * depends on the tables. Called again and again, it proves disuse; who reads is named when a look finds them at it.
 *
 * A verification reads the tables, too, and counts. Counters that were reset count as a use, since they prove nothing.
 *
 * Shape: a table that is not there counts as used: a name that is misspelt proves nothing. Cost: five statements on catalogs and statistics.
 */
export async function observeLegacyUse(database: Queryable, options: LegacyUseOptions): Promise<LegacyUse> {
  const { migration, tables, columns = [], views = [], disuseSeconds } = options
  const names = [...tables, ...columns.map(columnsLabel)]
  await database.query(takeCounters, [migration, [...tables]])
  await watchColumns(database, migration, columns)
  const { rows: uses } = await database.query<{
    table: string
    used: number | null
    seen: number
    by: string[]
  }>(
    `select relation as table, users as by, extract(epoch from clock_timestamp() - first_at)::float8 as seen,
       extract(epoch from clock_timestamp() - last_used_at)::float8 as used
       from changeover.legacy_use where migration = $1 and relation = any($2::text[]) order by relation`,
    [migration, names],
  )
  const { rows: dependents } = await database.query<{ dependent: string }>(listDependents, [
    [...tables],
    [...views],
  ])
  const ofColumns = await dependentsOfColumns(database, columns)
  return {
    watchedSeconds: uses.length === 0 ? 0 : Math.min(...uses.map(({ used, seen }) => used ?? seen)),
    users: [
      ...uses
        .filter(({ used }) => used !== null && used < disuseSeconds)
        .map(({ table, by }) => `${by.length === 0 ? 'somebody' : by.join(' and ')} (${table})`),
      ...names
        .filter((name) => !uses.some(({ table }) => table === name))
        .map((name) => `nobody knows whom (there is no table ${name})`),
    ],
    dependents: [...dependents.map(({ dependent }) => dependent), ...ofColumns],
  }
}

/** Holders of a lock on a table use it at this moment, even where the counters are not yet written. */
const takeCounters = `with counted as (
    select t.name, s.relid, coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0) as reads,
      s.n_tup_ins + s.n_tup_upd + s.n_tup_del as writes,
      array(select distinct format('%s of %s', coalesce(nullif(a.application_name, ''), 'pid ' || a.pid), a.usename)
              from pg_locks l join pg_stat_activity a using (pid)
             where l.relation = s.relid and l.locktype = 'relation' and l.pid <> pg_backend_pid()
               and l.database = (select oid from pg_database where datname = current_database())
               and a.backend_type is distinct from 'autovacuum worker') as users
      from unnest($2::text[]) as t(name) join pg_stat_all_tables s on s.relid = to_regclass(t.name))
  insert into changeover.legacy_use as u (migration, relation, relid, reads, writes, users, last_used_at)
  select $1, name, relid, reads, writes, users, case when cardinality(users) > 0 then clock_timestamp() end from counted
  on conflict (migration, relation) do update set relid = excluded.relid, reads = excluded.reads, writes = excluded.writes,
    last_used_at = case when (u.relid, u.reads, u.writes) is distinct from (excluded.relid, excluded.reads, excluded.writes)
        or cardinality(excluded.users) > 0 then clock_timestamp() else u.last_used_at end,
    users = case when cardinality(excluded.users) > 0 then excluded.users
      when (u.relid, u.reads, u.writes) is distinct from (excluded.relid, excluded.reads, excluded.writes) then '{}' else u.users end`

/** Views, foreign keys of other tables, and functions whose text has the name of a table. */
const listDependents = `with legacy as (
    select c.oid, c.relname from unnest($1::text[]) as t(name) join pg_class c on c.oid = to_regclass(t.name)),
  own as (select to_regclass(name)::oid as oid from unnest($2::text[]) as t(name))
  select distinct format('%s %s', case v.relkind when 'm' then 'materialized view' else 'view' end, v.oid::regclass) as dependent
    from legacy l join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = l.oid and d.classid = 'pg_rewrite'::regclass
    join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
   where v.oid <> l.oid and v.oid not in (select oid from own where oid is not null)
  union
  select format('foreign key %I of %s', k.conname, k.conrelid::regclass)
    from legacy l join pg_constraint k on k.contype = 'f' and k.confrelid = l.oid
   where k.conrelid not in (select oid from legacy)
  union
  select format('function %s', p.oid::regprocedure)
    from legacy l join pg_proc p on p.prosrc ~* ('\\m' || regexp_replace(l.relname, '(\\W)', '\\\\\\1', 'g') || '\\M')
    join pg_namespace n on n.oid = p.pronamespace
   where n.nspname not in ('pg_catalog', 'information_schema', 'changeover', 'changeover_legacy')
     and p.oid not in (select g.tgfoid from pg_trigger g join own on g.tgrelid = own.oid)
   order by dependent`
