import type { LegacyWriter, SampleSystem } from '@changeover/migration'
import { migrate } from './migrate.ts'
import { generateSupplierTasks } from './seed/generate-supplier-tasks.ts'
import { seedSupplierTasks } from './seed/seed-supplier-tasks.ts'
import { supplierTasks } from './supplier-tasks.ts'

/** Legacy code that writes tasks of milestones, each with its mark as the name. */
const writer: LegacyWriter = {
  async insert(tx, at, mark) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('task_typed')} (id, milestone_id, task_type_id, name, description, sequence)
         values ('w-' || gen_random_uuid(), 'm-pa1', 'tt-pa', $1, '', 1) returning id`,
      [mark],
    )
    return rows[0]?.id ?? ''
  },
  async change(tx, at, key, mark) {
    await tx.query(`update ${at('task_typed')} set name = $2 where id = $1`, [key, mark])
  },
  async remove(tx, at, key) {
    await tx.query(`delete from ${at('task_typed')} where id = $1`, [key])
  },
  async insertChildren(tx, at) {
    await tx.query(`insert into project (id, name) values ('w-p', 'Late')`)
    await tx.query(
      `insert into supplier_project_instance values ('w-spi', 's-1', 'w-p'), ('w-spi-2', 's-2', 'p-1')`,
    )
    await tx.query(
      `insert into ${at('task_typed')} (id, milestone_id, task_type_id, name, description, sequence)
         values ('w-t', 'm-pa2', 'tt-pa', 'Late', '', 9)`,
    )
    await tx.query(
      `insert into ${at('project_milestone_task')} (id, project_id, milestone_id, task_id, due_date)
         select 'w-pmt', 'w-p', t.milestone_id, t.id, '2026-05-01' from ${at('task_typed')} as t where t.id not like 'w-%' order by t.id limit 1`,
    )
    await tx.query(
      `insert into ${at('supplier_task_instance')} (id, supplier_project_instance_id, project_milestone_task_id, due_date)
         select 'w-sti', 'w-spi-2', p.id, p.due_date from ${at('project_milestone_task')} as p
          where p.id not like 'w-%' order by p.id limit 1`,
    )
    return { Task: 'w-t', ProjectMilestoneTask: 'w-pmt', SupplierTaskInstance: 'w-sti' }
  },
  async found(database, side, prefix) {
    const table = { legacy: 'task', target: 'task_v2' }[side]
    const { rows } = await database.query<{ key: string; mark: string }>(
      `select id as key, name as mark from ${table} where starts_with(name, $1)`,
      [prefix],
    )
    return new Map(rows.map(({ key, mark }) => [key, mark]))
  },
}

/** The supplier tasks with their sample data. */
export const supplierTaskSystem: SampleSystem = Object.freeze({
  migration: supplierTasks,
  about: 'milestones become sections, and what suppliers have to do points to the template instead',
  migrate,
  seed: seedSupplierTasks,
  generate: generateSupplierTasks,
  writer,
})
