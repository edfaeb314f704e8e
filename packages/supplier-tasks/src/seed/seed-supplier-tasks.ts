import { advisoryLock, type Database } from '@changeover/database'

/**
 * Task types with every oddity that a name can have: codes with names of their own, the same codes in another type, names that stand twice,
 * a name that a code takes, a milestone without tasks, texts that need care.
 */
const types = `
  insert into task_type values ('tt-pa', 'Part Approval'), ('tt-nmr', 'NMR'), ('tt-tool', 'Tooling "B" – Größe'), ('tt-none', 'Empty');
  insert into milestone (id, task_type_id, code, name, sequence) values
    ('m-pa1', 'tt-pa', 'PA1', 'Kick-off', 1), ('m-pa2', 'tt-pa', 'PA2', 'Part approval, second', 2),
    ('m-pa3', 'tt-pa', 'PA3', 'Production Trial', 3), ('m-fa', 'tt-pa', 'FA', 'First Article', 4),
    ('m-nmr1', 'tt-nmr', 'NMR1', '', 1), ('m-nmr2', 'tt-nmr', 'NMR2', 'O''Neil''s test', 2), ('m-nmr3', 'tt-nmr', 'NMR3', 'Review', 3),
    ('m-r1', 'tt-tool', 'R1', 'Review', 1), ('m-r2', 'tt-tool', 'R2', 'Review', 2), ('m-r3', 'tt-tool', 'R2', 'Review', 2),
    ('m-pa2b', 'tt-tool', 'PA2', 'Trial run', 4), ('m-empty', 'tt-tool', '', 'No tasks yet', 5), ('m-odd', 'tt-tool', 'Ω', 'Ω – 検査', -1)`

const tasks = `
  insert into task (id, milestone_id, name, description, sequence)
  select 't-' || m.id || '-' || n, m.id, 'Task ' || n || case when n = 3 then ' of "' || m.code || '"' else '' end,
         case when n = 2 then E'two\\nlines' else '' end, n
    from milestone as m cross join generate_series(1, 3) as n where m.id <> 'm-empty'`

const people = `
  insert into supplier (id, name, contact, code) select 's-' || n, (array['Acme', 'Böhm & Söhne', 'O''Brien', '株式会社', ' ', 'Zeta'])[n], '', 'S' || n
    from generate_series(1, 6) as n;
  insert into project (id, name) select 'p-' || n, 'Project ' || n from generate_series(1, 3) as n;
  insert into supplier_project_instance (id, supplier_id, project_id)
    select 'sp-' || s || '-' || p, 's-' || s, 'p-' || p from generate_series(1, 6) as s, generate_series(1, 3) as p where (s + p) % 3 <> 0`

const templates = `
  insert into project_milestone_task (id, project_id, milestone_id, task_id, due_date, notes, responsible_parties)
  select 'pmt-' || p || '-' || t.id, 'p-' || p, t.milestone_id, t.id,
         case when nth = 1 then date '0001-01-01' when nth = 2 then date '9999-12-31' when nth = 3 then date '2024-02-29' else date '2026-01-01' + nth::int end,
         case when nth % 4 = 0 then E' notes, "quoted"\\n\\t– ' || nth else '' end,
         case nth % 5 when 0 then null when 1 then 'null'::jsonb when 2 then '[]' when 3 then '["Quality", {"id": 9007199254740993}]'
           else '{"b": 1.10, "a": [null]}' end
    from (select t.*, row_number() over (order by t.id) as nth from task as t) as t cross join generate_series(1, 3) as p
   where (nth + p) % 4 <> 0`

const instances = `
  insert into supplier_task_instance (id, supplier_project_instance_id, project_milestone_task_id, status, due_date, actual_due_date,
    owner, notes, is_applied, blocked_reason, submission_files, created_at, updated_at)
  select 'sti-' || nth, spi, pmt, (array['not_started', 'in_progress', 'submitted', 'approved', 'blocked'])[1 + nth % 5], due,
         case nth % 3 when 0 then due - 1 when 1 then null else case when due < date '9000-01-01' then due + 10 else due end end,
         case nth % 4 when 0 then '' else 'owner ' || nth end, case nth % 6 when 0 then 'Größe "L"' else '' end, nth % 7 <> 0,
         case when nth % 5 = 4 then case nth % 10 when 4 then '' else 'no parts' end end,
         case nth % 4 when 0 then null when 1 then '[]'::jsonb when 2 then '["a.pdf", "b ü.pdf"]' else '{"n": 1e400}' end,
         timestamptz '2025-12-31 23:59:59.999999+00' + nth * interval '1 hour 1 microsecond',
         timestamptz '2026-01-31 23:59:59.999999+00' + nth * interval '1 hour 1 microsecond'
    from (select spi.id as spi, pmt.id as pmt, case when pmt.due_date = '0001-01-01' then pmt.due_date + 1 else pmt.due_date end as due,
                 row_number() over (order by spi.id, pmt.id)::int as nth
            from supplier_project_instance as spi join project_milestone_task as pmt using (project_id)) as pairs
   where nth % 11 <> 0`

const older = `
  insert into task_template values ('old-1', 'From before milestones', ''), ('old-2', 'Never used', 'x');
  insert into task_instance values ('oi-1', 'old-1', 's-1', 'done', '2020-01-01'), ('oi-2', 'old-1', 's-2', 'somewhere', null)`

/**
 * Fills the legacy tables with sample data, the same every time, unless they hold something already. Returns whether it did.
 *
 * 13 milestones, 36 tasks, some 80 tasks of projects and some 300 of suppliers: every status, override and flag, NULL where it may be.
 */
export async function seedSupplierTasks(database: Database): Promise<boolean> {
  const filled = await database.transaction(async (tx) => {
    await advisoryLock(tx, 'changeover supplier-tasks seed')
    const { rows } = await tx.query<{ empty: boolean }>('select not exists (select from milestone) as empty')
    if (rows[0]?.empty !== true) return false
    for (const statement of [types, tasks, people, templates, instances, older]) await tx.query(statement)
    return true
  })
  if (filled) await database.query('analyze')
  return filled
}
