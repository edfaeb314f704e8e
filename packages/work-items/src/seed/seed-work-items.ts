import { advisoryLock, type Database } from '@changeover/database'

import { seedEvents } from './events.ts'
import { seedPeople } from './people.ts'
import { seedProjectWorkflows } from './project-workflows.ts'
import { seedStaffTasks } from './staff-tasks.ts'

const isEmpty = `
  select not (exists (select from staff_task) or exists (select from project_workflow)
    or exists (select from event)) as empty`

/**
 * Fills the legacy tables with sample data, the same every time, unless they hold something already.
 *
 * 150 tasks, 25 projects, 200 events and whoever they refer to: every enum value, null where it may be, odd
 * dates and texts. Every row fits the hierarchy of the target. Returns whether it filled them.
 */
export async function seedWorkItems(database: Database): Promise<boolean> {
  const filled = await database.transaction(async (tx) => {
    await advisoryLock(tx, 'changeover work-items seed')
    const { rows } = await tx.query<{ empty: boolean }>(isEmpty)
    if (rows[0]?.empty !== true) return false
    await seedPeople(tx)
    await seedProjectWorkflows(tx)
    await seedEvents(tx)
    await seedStaffTasks(tx)
    return true
  })
  if (filled) await database.query('analyze')
  return filled
}
