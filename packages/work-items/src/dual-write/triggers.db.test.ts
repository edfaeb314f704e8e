import { dualWriteDrift, installDualWrite, refusalIn } from '@changeover/dual-write'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppUser } from '../legacy/app-user.ts'
import { WorkItem } from '../target/work-item.ts'
import { workItems } from '../work-items.ts'
import { legacyTaskData } from './legacy-task-data.fixture.ts'
import { type Home, openHome } from './work-item-home.fixture.ts'
import { writePaths } from './write-paths.fixture.ts'

const dualWrite = {
  migration: workItems.name,
  mappings: workItems.mappings,
  proxySchema: 'changeover_legacy',
}
let home: Home

beforeAll(async () => {
  home = await openHome('legacy-leads')
  await installDualWrite(home.database, dualWrite)
})
afterAll(() => home.close())

const another = (statement: string) => home.database.query(statement)

describe('FM-20 while legacy leads, the work items follow', () => {
  test.each(writePaths)('$name', async ({ write }) => {
    await write(home.orm.em.fork(), another)
    expect(await home.apart()).toEqual([])
  })

  test('none of which they do without the triggers (mutation)', async () => {
    const silent: string[] = []
    const { rows } = await home.database.query<{ name: string; on: string }>(
      `SELECT tgname AS name, tgrelid::regclass::text AS on FROM pg_trigger WHERE tgname LIKE '%changeover%'`,
    )
    const each = (action: string) =>
      another(rows.map(({ name, on }) => `ALTER TABLE ${on} ${action} TRIGGER "${name}"`).join(';'))
    await each('DISABLE')
    for (const { name, write } of writePaths) {
      await write(home.orm.em.fork(), another)
      if ((await home.apart()).length === 0) silent.push(name)
      await home.mend()
    }
    await each('ENABLE ALWAYS')
    expect(silent).toEqual([])
    expect(await dualWriteDrift(home.database, dualWrite)).toEqual([])
  })
})

describe('while the target leads, legacy follows', () => {
  beforeAll(async () => {
    // So that those who write a title again have something to change.
    await another(
      `UPDATE staff_task SET title = 'path: before' WHERE title LIKE 'path:%' AND title NOT LIKE 'path: copied%'`,
    )
    await home.lead('target-leads')
  })

  test.each(writePaths)('FM-20 $name, straight to legacy, is refused', async ({ write }) => {
    const said = await write(home.orm.em.fork(), another).catch((error: unknown) => refusalIn(error) ?? error)
    expect(said).toMatchObject({
      code: 'DUAL_WRITE.LEGACY_READ_ONLY',
      fix: expect.stringContaining('changeover_legacy.'),
    })
    expect(await home.apart()).toEqual([])
  })

  test('entities with links and parents, in one flush', async () => {
    const em = home.orm.em.fork()
    const people = await em.find(AppUser, {}, { limit: 2 })
    const parent = await em.findOneOrFail(WorkItem, { workType: 'activity' })
    const made = em.create(WorkItem, {
      workType: 'task',
      title: 'of an activity',
      parent,
      taskData: legacyTaskData,
    })
    made.assignees.add(people)
    await em.flush()
    expect(await home.apart()).toEqual([])
  })

  test('an entity that says nothing of what only legacy has gets the defaults of the legacy columns', async () => {
    const em = home.orm.em.fork()
    em.create(WorkItem, { workType: 'task', title: 'native' })
    await em.flush()
    const { rows } = await home.database.query(
      `SELECT board_position, domain, task_context, impact, geographic_scope, auto_generated FROM staff_task WHERE title = 'native'`,
    )
    expect(rows).toEqual([
      {
        board_position: 0,
        domain: 'general',
        task_context: 'standalone',
        impact: '',
        geographic_scope: {},
        auto_generated: false,
      },
    ])
    await em.execute(`DELETE FROM work_item WHERE title = 'native'`)
  })

  test('one that lacks a value which legacy has no default for is refused, by rule', async () => {
    const em = home.orm.em.fork()
    em.create(WorkItem, { workType: 'activity', title: 'without dates' })
    await expect(em.flush()).rejects.toThrow(/start/i)
  })

  test('a work item goes that tasks name as what they were linked to, and they forget it', async () => {
    const { rows } = await home.database.query<{ id: string }>(
      'SELECT linked_workflow_id AS id FROM staff_task WHERE linked_workflow_id IS NOT NULL AND linked_event_id IS NOT NULL LIMIT 1',
    )
    const id = rows[0]?.id ?? ''
    const naming = `SELECT count(*)::int AS tasks FROM staff_task WHERE linked_workflow_id = '${id}'`
    expect((await home.database.query<{ tasks: number }>(naming)).rows[0]?.tasks).toBeGreaterThan(0)
    await home.database.query(
      `DELETE FROM work_item WHERE work_type = 'project' AND project_data ->> 'legacy_id' = $1`,
      [id],
    )
    expect((await home.database.query(naming)).rows).toEqual([{ tasks: 0 }])
    expect(await home.apart()).toEqual([])
  })

  test('an entity that is flushed again after it was made keeps its legacy key', async () => {
    const em = home.orm.em.fork()
    const made = em.create(WorkItem, { workType: 'task', title: 'made', taskData: legacyTaskData })
    await em.flush()
    made.taskData = { ...legacyTaskData, impact: 'greater' }
    await em.flush()
    const { rows } = await home.database.query(
      `SELECT s.impact, count(*) OVER ()::int AS times FROM staff_task s WHERE s.title = 'made'`,
    )
    expect(rows).toEqual([{ impact: 'greater', times: 1 }])
    expect(await home.apart()).toEqual([])
  })

  test.each([
    [
      'native update',
      (em: Home['orm']['em']) =>
        em.nativeUpdate(WorkItem, { workType: 'task', title: { $like: 'path:%' } }, { progress: 12 }),
    ],
    [
      'native delete',
      (em: Home['orm']['em']) =>
        em.nativeDelete(WorkItem, { workType: 'task', title: { $like: 'path: copied 1%' } }),
    ],
    [
      'raw SQL over all types',
      (em: Home['orm']['em']) => em.execute(`UPDATE work_item SET title = left(title, 250) || '.'`),
    ],
    [
      'raw links',
      (em: Home['orm']['em']) =>
        em.execute(
          'DELETE FROM work_item_assignees WHERE app_user_id = (SELECT min(app_user_id) FROM work_item_assignees)',
        ),
    ],
  ] as const)('%s', async (_name, write) => {
    await write(home.orm.em.fork())
    expect(await home.apart()).toEqual([])
  })
})
