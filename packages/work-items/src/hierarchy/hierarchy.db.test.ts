import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { migrate } from '../migrate.ts'
import type { WorkType } from '../target/allowed-children.ts'
import { ancestors } from './ancestors.ts'
import { breadcrumb } from './breadcrumb.ts'
import { children } from './children.ts'
import { move } from './move.ts'
import type { Page, PageCursor } from './page.ts'
import { subtree } from './subtree.ts'

const nobody = '99999999-9999-9999-9999-999999999999'

describe('the hierarchy of work items', () => {
  let test_: Awaited<ReturnType<typeof createTestDatabase>>
  let database: Database
  let ids: Record<'project' | 'activity' | 'sub' | 'task' | 'subtask' | 'other', string>

  beforeAll(async () => {
    test_ = await createTestDatabase()
    await migrate(test_.url)
    database = fromPool(test_.pool())
  })

  afterAll(() => test_.drop())

  const add = async (workType: WorkType, title: string, parent: string | null = null): Promise<string> => {
    const { rows } = await database.query<{ id: string }>(
      `insert into work_item (work_type, title, parent_id, created_at)
      values ($1, $2, $3, clock_timestamp()) returning id`,
      [workType, title, parent],
    )
    return rows[0]!.id
  }

  beforeEach(async () => {
    await database.query('delete from work_item')
    const project = await add('project', 'Project')
    const activity = await add('activity', 'Activity', project)
    const sub = await add('sub_activity', 'Part', activity)
    const task = await add('task', 'Task', sub)
    const subtask = await add('subtask', 'Step', task)
    ids = { project, activity, sub, task, subtask, other: await add('project', 'Other') }
  })

  const titles = (items: Page['items']) => items.map((item) => item.title)

  test('children come oldest first, with what a list shows', async () => {
    await add('task', 'Second', ids.project)
    const page = await children(database, ids.project)
    expect(page.next).toBeNull()
    expect(page.items).toMatchObject([
      { id: ids.activity, parentId: ids.project, workType: 'activity', title: 'Activity', depth: 1 },
      { title: 'Second', status: 'not_started' },
    ])
  })

  test('an unknown item has no children', async () => {
    expect(await children(database, nobody)).toEqual({ items: [], next: null })
  })

  test.each([children, subtree])('%o is read in pages that neither skip nor repeat', async (read) => {
    await database.query(
      `insert into work_item (work_type, title, parent_id)
      select 'task', 'twin ' || n, $1 from generate_series(1, 25) n`,
      [ids.other],
    )
    const seen: string[] = []
    let after: PageCursor | null | undefined
    do {
      const page: Page = await read(database, ids.other, { limit: 7, ...(after ? { after } : {}) })
      expect(page.items.length).toBeLessThanOrEqual(7)
      seen.push(...page.items.map((item) => item.id))
      after = page.next
    } while (after)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe(read === subtree ? 26 : 25)
  })

  test('a subtree comes level by level, the item itself first', async () => {
    const { items } = await subtree(database, ids.project)
    expect(items.map((item) => [item.title, item.depth])).toEqual([
      ['Project', 0],
      ['Activity', 1],
      ['Part', 2],
      ['Task', 3],
      ['Step', 4],
    ])
  })

  test.each([1, 2, 3, 5, 40])(
    'a wide and deep subtree read in pages of %i is complete and in order',
    async (limit) => {
      await database.query(`
      with project as (
        insert into work_item (work_type, title) values ('project', 'wide') returning id
      ), activity as (
        insert into work_item (work_type, title, parent_id, created_at)
        select 'activity', 'activity ' || n, id, timestamptz '2024-01-01' + n % 3 * interval '1 day'
        from project, generate_series(1, 7) n returning id, title
      )
      insert into work_item (work_type, title, parent_id, created_at)
      select 'task', title || ' task ' || n, id, timestamptz '2024-01-01' + n % 2 * interval '1 day'
      from activity, generate_series(1, 6) n where title <> 'activity 4'`)
      const { rows } = await database.query<{ id: string }>(`
      select item.id from work_item item
      left join work_item above on above.id = item.parent_id
      left join work_item top on top.id = above.parent_id
      where 'wide' in (item.title, above.title, top.title)
      order by (above.id is not null)::int + (top.id is not null)::int, item.created_at, item.id`)
      expect(rows.length).toBe(1 + 7 + 36)
      const seen: string[] = []
      let after: PageCursor | null | undefined
      do {
        const page: Page = await subtree(database, rows[0]!.id, { limit, ...(after ? { after } : {}) })
        seen.push(...page.items.map((item) => item.id))
        after = page.next
      } while (after)
      expect(seen).toEqual(rows.map((row) => row.id))
    },
  )

  test('a subtree ends at the depth that was asked for', async () => {
    expect(titles((await subtree(database, ids.project, { depth: 1 })).items)).toEqual([
      'Project',
      'Activity',
    ])
  })

  test('ancestors come from the root down, without the item', async () => {
    expect(titles(await ancestors(database, ids.subtask))).toEqual(['Project', 'Activity', 'Part', 'Task'])
    expect(await ancestors(database, ids.project)).toEqual([])
  })

  test('a breadcrumb ends in the item', async () => {
    const trail = await breadcrumb(database, ids.task)
    expect(trail.map((item) => [item.title, item.depth])).toEqual([
      ['Project', 0],
      ['Activity', 1],
      ['Part', 2],
      ['Task', 3],
    ])
  })

  test.each([subtree, ancestors, breadcrumb])('%o of an unknown item fails', async (read) => {
    await expect(read(database, nobody)).rejects.toMatchObject({ code: 'WORK_ITEMS.ITEM_NOT_FOUND' })
  })

  test('an item moves with all that is below it', async () => {
    expect(await move(database, ids.activity, ids.other)).toBe(true)
    expect(titles(await ancestors(database, ids.subtask))).toEqual(['Other', 'Activity', 'Part', 'Task'])
    expect(await move(database, ids.activity, null)).toBe(true)
    expect(titles(await ancestors(database, ids.sub))).toEqual(['Activity'])
  })

  test('a move to where the item is writes nothing', async () => {
    const before = await database.query('select xmin::text from work_item order by id')
    expect(await move(database, ids.activity, ids.project)).toBe(false)
    expect(await database.query('select xmin::text from work_item order by id')).toEqual(before)
  })

  test('a move under an own descendant is refused', async () => {
    await expect(move(database, ids.project, ids.task)).rejects.toMatchObject({
      code: 'WORK_ITEMS.CYCLE_REFUSED',
      values: { id: ids.project, parentId: ids.task },
    })
  })

  test('a move under a parent that may not hold the item is refused', async () => {
    await expect(move(database, ids.activity, ids.subtask)).rejects.toMatchObject({
      code: 'WORK_ITEMS.CYCLE_REFUSED',
    })
    const lone = await add('task', 'Lone')
    await expect(move(database, lone, ids.task)).rejects.toMatchObject({
      code: 'WORK_ITEMS.CHILD_NOT_ALLOWED',
      values: { said: `a task may not hold a task (parent ${ids.task}, child ${lone})` },
    })
  })

  test('a move of or to an unknown item fails', async () => {
    await expect(move(database, nobody, ids.project)).rejects.toMatchObject({
      code: 'WORK_ITEMS.ITEM_NOT_FOUND',
    })
    await expect(move(database, ids.activity, nobody)).rejects.toMatchObject({
      code: 'WORK_ITEMS.PARENT_NOT_FOUND',
    })
  })

  test('a cycle written past the triggers is told, not followed for ever', async () => {
    await database.query('alter table work_item disable trigger user')
    await database.query('update work_item set parent_id = $1 where id = $2', [ids.subtask, ids.project])
    await database.query('alter table work_item enable trigger user')
    for (const read of [subtree, ancestors, breadcrumb])
      await expect(read(database, ids.task)).rejects.toMatchObject({ code: 'WORK_ITEMS.HIERARCHY_BROKEN' })
  })
})
