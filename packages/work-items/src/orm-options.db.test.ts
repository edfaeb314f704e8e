import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { AppUser } from './legacy/app-user.ts'
import { StaffTask } from './legacy/staff-task.ts'
import { migrate } from './migrate.ts'
import { ormOptions } from './orm-options.ts'
import { WorkItem } from './target/work-item.ts'

describe('the entities in MikroORM', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>
  let orm: MikroORM

  beforeAll(async () => {
    database = await createTestDatabase()
    await migrate(database.url)
    orm = new MikroORM({ ...ormOptions, clientUrl: database.url })
  })

  afterAll(async () => {
    await orm.close(true)
    await database.drop()
  })

  test('keep keys above 2^53, microseconds, and the scale of amounts', async () => {
    const values = {
      id: '9007199254740993',
      title: 'exact',
      completedAt: '2024-02-29 16:00:00.123456+00',
      estimatedHours: '9999.90',
      dueDate: '0001-01-01',
    }
    const writing = orm.em.fork()
    writing.create(StaffTask, values)
    await writing.flush()
    const task = await orm.em.fork().findOneOrFail(StaffTask, { completedAt: values.completedAt })
    expect(task).toMatchObject(values)
  })

  test('get the defaults of the database', async () => {
    const em = orm.em.fork()
    const item = em.create(WorkItem, { workType: 'task', title: 'plain' })
    await em.flush()
    expect(await orm.em.fork().findOneOrFail(WorkItem, item.id)).toMatchObject({
      description: '',
      status: 'not_started',
      priority: 'medium',
      calendarColor: '#3B82F6',
      isCalendarVisible: true,
      progress: 0,
      autoCalculateProgress: true,
      taskData: {},
      parent: null,
    })
  })

  test('show a user by full name, or else by user name', async () => {
    const em = orm.em.fork()
    em.create(AppUser, { username: 'amina', firstName: 'Amina', lastName: 'Abdullah' })
    em.create(AppUser, { username: 'robot' })
    await em.flush()
    const users = await orm.em.fork().find(AppUser, {}, { orderBy: { username: 'asc' } })
    expect(users.map((user) => user.displayName)).toEqual(['Amina Abdullah', 'robot'])
  })

  test('link tasks to their assignees', async () => {
    const em = orm.em.fork()
    const [amina] = await em.find(AppUser, { username: 'amina' })
    const task = await em.findOneOrFail(StaffTask, '9007199254740993', { populate: ['assignees'] })
    task.assignees.add(amina!)
    await em.flush()
    const rows = await em
      .getConnection()
      .execute('select staff_task_id::text as id from staff_task_assignees')
    expect(rows).toEqual([{ id: '9007199254740993' }])
  })
})
