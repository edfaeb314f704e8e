import type { LegacyPlace, LegacyWriter, SampleSystem } from '@changeover/migration'
import { migrate } from './migrate.ts'
import { generateStaffTasks } from './seed/generate-staff-tasks.ts'
import { seedWorkItems } from './seed/seed-work-items.ts'
import { workItems } from './work-items.ts'

/** Legacy code that writes staff tasks, each with its mark as the title. */
const writer: LegacyWriter = {
  async insert(tx, at, mark) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('staff_task')} (title) values ($1) returning id::text as id`,
      [mark],
    )
    return rows[0]?.id ?? ''
  },
  async change(tx, at: LegacyPlace, key, mark) {
    await tx.query(`update ${at('staff_task')} set title = $2 where id = $1::bigint`, [key, mark])
  },
  async remove(tx, at: LegacyPlace, key) {
    await tx.query(`delete from ${at('staff_task')} where id = $1::bigint`, [key])
  },
  async insertChildren(tx, at: LegacyPlace) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('staff_task')} (title, linked_workflow_id)
         select 'Late', id from ${at('project_workflow')} order by id limit 1 returning id::text as id`,
    )
    return { StaffTask: rows[0]?.id ?? '' }
  },
  async found(database, side, prefix) {
    const from = {
      legacy: `select id::text as key, title as mark from staff_task`,
      target: `select task_data ->> 'legacy_id' as key, title as mark from work_item`,
    }
    const { rows } = await database.query<{ key: string; mark: string }>(
      `${from[side]} where starts_with(title, $1)`,
      [prefix],
    )
    return new Map(rows.map(({ key, mark }) => [key, mark]))
  },
}

/** The work-item system with its sample data: 150 tasks, 25 projects and 200 events. */
export const workItemSystem: SampleSystem = Object.freeze({
  migration: workItems,
  about: 'staff tasks, project workflows and events become one hierarchy of work items',
  migrate,
  seed: seedWorkItems,
  generate: generateStaffTasks,
  writer,
})
