import { detectBypass, installDualWrite } from '@changeover/dual-write'
import { createFlushSubscriber } from '@changeover/dual-write/mikro-orm'
import { createSync } from '@changeover/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppUser } from '../legacy/app-user.ts'
import { WorkItem } from '../target/work-item.ts'
import { workItems } from '../work-items.ts'
import { legacyTaskData } from './legacy-task-data.fixture.ts'
import { type Home, openHome } from './work-item-home.fixture.ts'
import { writePaths } from './write-paths.fixture.ts'

const dualWrite = { migration: workItems.name, mappings: workItems.mappings, capture: 'orm' } as const
const sync = createSync(workItems.mappings)
let home: Home

beforeAll(async () => {
  home = await openHome('legacy-leads')
  await installDualWrite(home.database, dualWrite)
  home.orm.em.getEventManager().registerSubscriber(createFlushSubscriber(dualWrite))
})
afterAll(() => home.close())

const another = (statement: string) => home.database.query(statement)
const bypassed = async () => (await detectBypass(home.database, sync, dualWrite)).found

describe('FM-20 captured by the ORM, while legacy leads', () => {
  test.each(writePaths.filter(({ unseen }) => !unseen))('$name arrives', async ({ write }) => {
    await write(home.orm.em.fork(), another)
    expect(await home.apart()).toEqual([])
    expect(await bypassed()).toEqual([])
  })

  test.each(writePaths.filter(({ unseen }) => unseen))('$name is reported', async ({ write }) => {
    await write(home.orm.em.fork(), another)
    expect(await home.apart()).not.toEqual([])
    const found = await bypassed()
    for (const { mapping, direction, keys } of found) {
      const own = workItems.mappings.find(({ name }) => name === mapping)!
      await home.database.transaction((tx) =>
        sync.keys(tx, own, direction, keys, { heldValues: 'overwrite' }),
      )
    }
    expect(await home.apart()).toEqual([])
  })
})

describe('captured by the ORM, while the target leads', () => {
  beforeAll(() => home.lead('target-leads'))

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

  test('an entity that is flushed again after it was made keeps its legacy key', async () => {
    const em = home.orm.em.fork()
    const made = em.create(WorkItem, { workType: 'task', title: 'made', taskData: legacyTaskData })
    await em.flush()
    made.taskData = { ...legacyTaskData, impact: 'greater' }
    await em.flush()
    const { rows } = await home.database.query(`SELECT impact FROM staff_task WHERE title = 'made'`)
    expect(rows).toEqual([{ impact: 'greater' }])
    expect(await home.apart()).toEqual([])
  })

  test('what is removed, or loses its links, is so on both sides', async () => {
    const em = home.orm.em.fork()
    // A task with subtasks is another matter: the database empties their parent without a flush, which is reported.
    const children = await em.find(WorkItem, { parent: { $ne: null } })
    const parents = new Set(children.map(({ parent }) => parent?.id))
    const tasks = await em.find(
      WorkItem,
      { workType: 'task', assignees: { $ne: null } },
      { populate: ['assignees'] },
    )
    const [first, second] = tasks.filter(({ id }) => !parents.has(id))
    first!.assignees.removeAll()
    em.remove(second!)
    await em.flush()
    expect(await home.apart()).toEqual([])
  })

  test('a native update is reported', async () => {
    await home.orm.em.fork().nativeUpdate(WorkItem, { title: 'made' }, { progress: 3 })
    expect(await bypassed()).toMatchObject([{ mapping: 'StaffTask', direction: 'backward', updated: 1 }])
  })

  test('a flip between the flush and its commit makes the transaction start again', async () => {
    const flushing = home.orm.em.fork().transactional(async (em) => {
      const item = await em.findOneOrFail(WorkItem, { title: 'made' })
      item.title = 'changed before the flip'
      await em.flush()
      await home.lead('legacy-leads')
    })
    await expect(flushing).rejects.toMatchObject({ code: 'DUAL_WRITE.PHASE_MOVED', retriable: true })
    await home.lead('target-leads')
    expect(await home.orm.em.fork().count(WorkItem, { title: 'made' })).toBe(1)
  })
})
