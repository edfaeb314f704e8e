import type { Database } from '@changeover/database'

const suppliers = 1_000

/**
 * Adds a project of a thousand suppliers with so many tasks for measurements, each template's task at every supplier, every second
 * one with a date of its own. Cost: one call; then ANALYZE.
 */
export async function generateSupplierTasks(database: Database, count: number): Promise<void> {
  const templates = Math.max(1, Math.round(count / suppliers))
  await database.query(`
    insert into project values ('bench', 'Bench', '');
    insert into supplier select 'bench-' || n, 'Supplier ' || n, '', 'B' || n from generate_series(1, ${suppliers}) as n;
    insert into supplier_project_instance select 'bench-' || n, 'bench-' || n, 'bench' from generate_series(1, ${suppliers}) as n;
    insert into task select 'bench-' || n, 'm-pa1', 'Task ' || n, '', n from generate_series(1, ${templates}) as n;
    insert into project_milestone_task select 'bench-' || n, 'bench', 'm-pa1', 'bench-' || n, date '2026-01-01' + n, '', null from generate_series(1, ${templates}) as n;
    insert into supplier_task_instance (id, supplier_project_instance_id, project_milestone_task_id, due_date, actual_due_date)
      select 'bench-' || s || '-' || t, 'bench-' || s, 'bench-' || t, date '2026-01-01' + t, case when s % 2 = 0 then date '2026-02-01' + t end
        from generate_series(1, ${templates}) as t, generate_series(1, ${suppliers}) as s`)
  await database.query('ANALYZE')
}
