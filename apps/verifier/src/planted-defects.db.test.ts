import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { migrate, seedWorkItems } from '@changeover/work-items'
import { fromPool } from '@changeover/database'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configOn, startCli } from './cli.fixture.ts'
import { runInside } from './shell.fixture.ts'

const config = new URL('../../../changeover.config.ts', import.meta.url).pathname

let created: TestDatabase
let pool: Pool

const folder = mkdtempSync(join(tmpdir(), 'changeover-defects-'))
const environment = { DUAL_WRITE_ENABLED: 'true' }
const changeover = (...args: readonly string[]) =>
  runInside([...args, 'work-items', '--config', configOn(created.url, { folder, source: config })], {
    environment,
  })

beforeAll(async () => {
  created = await createTestDatabase()
  pool = created.pool()
  await migrate(created.url)
  await seedWorkItems(fromPool(pool))
  // A process of its own, with the config as it is: the way of everybody who calls it.
  const installed = startCli(['install', 'work-items', '--config', config], {
    environment: { DATABASE_URL: created.url, ...environment },
  })
  expect(await installed.ended).toMatchObject({ code: 0 })
  expect(await changeover('backfill')).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await created.drop()
  rmSync(folder, { recursive: true, force: true })
})

interface Defect {
  readonly name: string
  readonly plant: string
  /** What the report says of it, besides the key. */
  readonly says: RegExp
}

const task = (id: number) => `task_data ->> 'legacy_id' = '${id}'`
const events = `work_type IN ('activity', 'sub_activity')`

const defects: readonly Defect[] = [
  {
    name: 'a changed title',
    plant: `UPDATE work_item SET title = 'changed' WHERE ${task(1)}`,
    says: /StaffTask 1 title: 'changed' instead of /,
  },
  {
    name: 'a time shifted by one microsecond',
    plant: `UPDATE work_item SET start_time = start_time + interval '1 microsecond' WHERE id = (SELECT id FROM work_item
      WHERE ${events} AND start_time < '23:59:59' ORDER BY activity_data ->> 'legacy_id' LIMIT 1)`,
    says: /Event \S+ startTime: '\S+' instead of '\S+'/,
  },
  {
    name: 'a swapped enum value',
    plant: `UPDATE work_item SET priority = 'urgent' WHERE id = (SELECT id FROM work_item WHERE work_type = 'task' AND priority = 'critical' LIMIT 1)`,
    says: /StaffTask \d+ priority: 'urgent' instead of 'critical'/,
  },
  {
    name: 'a deleted target',
    plant: `DELETE FROM work_item WHERE ${task(3)}`,
    says: /StaffTask 3: no target row/,
  },
  {
    name: 'an extra target',
    plant: `INSERT INTO work_item (work_type, title) VALUES ('task', 'nobody asked for it')`,
    says: /no legacy row/,
  },
  {
    name: 'a duplicated target',
    plant: `DROP INDEX changeover_work_item_stafftask; DROP INDEX IF EXISTS proxy_staff_task_pkey; INSERT INTO work_item (work_type, title, task_data)
      SELECT work_type, title, task_data FROM work_item WHERE ${task(4)}`,
    says: /StaffTask 4: a further target row/,
  },
  {
    name: 'a wrong assignee',
    plant: `UPDATE work_item_assignees SET app_user_id = (SELECT max(id) FROM app_user u WHERE NOT EXISTS (
      SELECT FROM work_item_assignees x WHERE x.work_item_id = work_item_assignees.work_item_id AND x.app_user_id = u.id))
      WHERE ctid = (SELECT ctid FROM work_item_assignees LIMIT 1)`,
    says: /StaffTask \d+ assignees: /,
  },
  {
    name: 'a wrong parent',
    plant: `UPDATE work_item SET parent_id = (SELECT p.id FROM work_item p WHERE p.work_type = 'project' AND p.id <> work_item.parent_id LIMIT 1)
      WHERE id = (SELECT w.id FROM work_item w JOIN work_item p ON p.id = w.parent_id WHERE w.work_type = 'task' AND p.work_type = 'project' LIMIT 1)`,
    says: /StaffTask \d+ parent: /,
  },
  {
    name: 'a JSON number turned to text',
    plant: `UPDATE work_item SET task_data = jsonb_set(task_data, '{board_position}', to_jsonb(task_data ->> 'board_position')) WHERE ${task(5)}`,
    says: /StaffTask 5 taskData\.board_position: /,
  },
  {
    name: 'a lost residue',
    plant: `UPDATE work_item SET activity_data = activity_data - 'legacy_status' WHERE id = (SELECT id FROM work_item
      WHERE ${events} AND activity_data ->> 'legacy_status' = 'rescheduled' LIMIT 1)`,
    says: /Event \S+ activityData\.legacy_status: /,
  },
]

describe('a planted defect is found, named and mended', () => {
  test.each(defects)('$name', async ({ plant, says }) => {
    await pool.query(plant)
    const found = await changeover('verify', '--verbose')
    expect(found.stdout).toMatch(says)
    expect(found.stdout).toContain('✗ 1 issue found')
    expect(found.code).toBe(4)

    const fixed = await changeover('verify', '--fix')
    expect({ code: fixed.code, said: fixed.stderr }).toMatchObject({ code: 0 })
    const clean = await changeover('verify')
    expect(clean.stdout.trimEnd().split('\n').at(-1)).toBe(
      '✓ No issues found. Migration is complete and consistent.',
    )
    expect(clean.code).toBe(0)
  })
})
