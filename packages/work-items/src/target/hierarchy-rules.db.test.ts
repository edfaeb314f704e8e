import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { migrate } from '../migrate.ts'
import { allowedChildren, type WorkType, workTypes } from './allowed-children.ts'

describe('the hierarchy rules of the database', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>
  let pool: pg.Pool

  beforeAll(async () => {
    database = await createTestDatabase()
    await migrate(database.url)
    pool = database.pool()
  })

  afterAll(() => database.drop())

  beforeEach(() => pool.query('delete from work_item'))

  const add = async (type: WorkType, parent: string | null = null): Promise<string> => {
    const { rows } = await pool.query<{ id: string }>(
      'insert into work_item (work_type, title, parent_id) values ($1::text, $1::text, $2) returning id',
      [type, parent],
    )
    return rows[0]!.id
  }
  const place = (id: string, parent: string) =>
    pool.query('update work_item set parent_id = $2 where id = $1', [id, parent])
  const retype = (id: string, type: WorkType) =>
    pool.query('update work_item set work_type = $2 where id = $1', [id, type])
  const typeRefused = { code: '23514', constraint: 'work_item_parent_type_check', table: 'work_item' }
  const cycleRefused = { code: '23514', constraint: 'work_item_parent_cycle_check', table: 'work_item' }

  const pairs = workTypes.flatMap((parent) => workTypes.map((child) => [parent, child] as const))

  test.each(pairs)('a %s above a %s is decided as the table says', async (parent, child) => {
    const id = await add(parent)
    const inserting = add(child, id)
    if (allowedChildren[parent].includes(child)) await inserting
    else await expect(inserting).rejects.toMatchObject(typeRefused)
  })

  test('every child is of a later type than its parent, so nothing allowed can close a cycle', () => {
    for (const [parent, child] of pairs.filter(([parent, child]) => allowedChildren[parent].includes(child)))
      expect(workTypes.indexOf(child)).toBeGreaterThan(workTypes.indexOf(parent))
  })

  test.each(workTypes)('a root may be a %s', async (type) => {
    await add(type)
  })

  test('an item is not placed under itself or a descendant', async () => {
    const project = await add('project')
    const activity = await add('activity', project)
    const task = await add('task', activity)
    for (const descendant of [project, activity, task])
      await expect(place(project, descendant)).rejects.toMatchObject(cycleRefused)
    await expect(place(project, task)).rejects.toThrow(
      `work item ${project} cannot be placed under ${task}: that is itself or one of its own descendants`,
    )
  })

  test('a refusal names both items and their types', async () => {
    const task = await add('task')
    const project = await add('project')
    await expect(place(project, task)).rejects.toThrow(
      `a task may not hold a project (parent ${task}, child ${project})`,
    )
  })

  test('a type does not change to one that may not hold the children', async () => {
    const project = await add('project')
    await add('activity', project)
    await expect(retype(project, 'task')).rejects.toMatchObject(typeRefused)
    await retype(project, 'sub_project')
  })

  test('a type does not change to one that the parent may not hold', async () => {
    const activity = await add('activity', await add('project'))
    await expect(retype(activity, 'sub_activity')).rejects.toMatchObject(typeRefused)
  })

  test('a parent and its child may come in one statement, in either order', async () => {
    const [a, b] = ['00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b']
    await pool.query(`insert into work_item (id, work_type, title, parent_id)
      values ('${b}', 'subtask', 'child', '${a}'), ('${a}', 'task', 'parent', null)`)
    await pool.query(`update work_item set work_type = case id when '${a}' then 'activity' else 'task' end`)
  })

  test('two rows of one statement do not hold each other', async () => {
    const [a, b] = ['00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b']
    const both = pool.query(`insert into work_item (id, work_type, title, parent_id)
      values ('${b}', 'task', 'b', '${a}'), ('${a}', 'task', 'a', '${b}')`)
    await expect(both).rejects.toMatchObject(cycleRefused)
  })

  test('children become roots when their parent is deleted', async () => {
    const task = await add('task')
    const subtask = await add('subtask', task)
    await pool.query('delete from work_item where id = $1', [task])
    const { rows } = await pool.query('select parent_id from work_item where id = $1', [subtask])
    expect(rows).toEqual([{ parent_id: null }])
  })

  test('the rules hold whatever the search path of the writer is', async () => {
    const client = await pool.connect()
    try {
      await client.query('set search_path to pg_catalog')
      const { rows } = await client.query(
        "insert into public.work_item (work_type, title) values ('subtask', 's') returning id",
      )
      const inserting = client.query(
        "insert into public.work_item (work_type, title, parent_id) values ('task', 't', $1)",
        [rows[0].id],
      )
      await expect(inserting).rejects.toMatchObject(typeRefused)
    } finally {
      client.release(true)
    }
  })

  const inserted = "insert into work_item (work_type, title, parent_id) values ('activity', 'a', $1)"
  const retyped = "update work_item set work_type = 'activity' where parent_id = $1"
  const parentRetyped = "update work_item set work_type = 'sub_activity' where id = $1"

  test.each([
    ['a new child', 'a change of its parent', inserted, parentRetyped],
    ['a change of a parent', 'a new child', parentRetyped, inserted],
    ['a change of a child', 'a change of its parent', retyped, parentRetyped],
    ['a change of a parent', 'a change of a child', parentRetyped, retyped],
  ])('%s and %s do not pass each other unseen', async (_, __, first, second) => {
    const parent = await add('project')
    await add('task', parent)
    const [one, two] = [await pool.connect(), await pool.connect()]
    try {
      await one.query('begin')
      await one.query(first, [parent])
      const waiting = two.query(second, [parent]).then(
        () => 'passed',
        (error: pg.DatabaseError) => error.constraint,
      )
      await isBlocked(pool)
      await one.query('commit')
      expect(await waiting).toBe('work_item_parent_type_check')
    } finally {
      one.release()
      two.release()
    }
  })
})

async function isBlocked(pool: pg.Pool): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await pool.query(
        'select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0',
      )
      return rows.length
    })
    .toBe(1)
}
