import { toProxyFailure } from '@changeover/proxies'
import { proxyDiscovery, proxyManager } from '@changeover/proxies/mikro-orm'
import {
  CheckConstraintViolationException,
  ForeignKeyConstraintViolationException,
  MikroORM,
  NotNullConstraintViolationException,
} from '@mikro-orm/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppUser, Event, ormOptions, ProjectWorkflow, StaffTask, WorkItem, workItems } from '../index.ts'
import { openWorkItemProxies, type WorkItemProxies } from './work-item-proxies.fixture.ts'

let proxies: WorkItemProxies
const on = (phase: 'legacy-leads' | 'target-leads') => proxyManager(proxies.orm.em, phase)

beforeAll(async () => {
  proxies = await openWorkItemProxies()
})
afterAll(() => proxies.close())

/** Entities as plain data, their links in order. */
async function everything(phase: 'legacy-leads' | 'target-leads') {
  const em = on(phase)
  const tasks = await em.find(
    StaffTask,
    {},
    { orderBy: { id: 'asc' }, populate: ['assignees', 'teams', 'linkedEvent', 'createdBy'] },
  )
  const projects = await em.find(ProjectWorkflow, {}, { orderBy: { id: 'asc' }, populate: ['projectLead'] })
  const events = await em.find(
    Event,
    {},
    { orderBy: { id: 'asc' }, populate: ['organizations', 'coOrganizers', 'facilitators', 'organizer'] },
  )
  return JSON.parse(JSON.stringify({ tasks, projects, events }), inOrder) as Record<
    string,
    readonly unknown[]
  >
}

type Link = string | { readonly id: string }
const idOf = (link: Link) => (typeof link === 'string' ? link : link.id)

/** Links have no order of their own. */
function inOrder(key: string, value: unknown): unknown {
  const isLinks = ['assignees', 'teams', 'organizations', 'coOrganizers', 'facilitators'].includes(key)
  if (!isLinks || !Array.isArray(value)) return value
  return (value as Link[]).toSorted((a, b) => Number(idOf(a)) - Number(idOf(b)))
}

describe('the same entity classes', () => {
  test('read the same through the views as from the tables', async () => {
    const fromViews = await everything('target-leads')
    expect(fromViews['tasks']?.length).toBe(150)
    expect(fromViews).toEqual(await everything('legacy-leads'))
  })

  test('read from the views in truth', async () => {
    await proxies.database.query(
      `UPDATE work_item SET title = 'only here' WHERE task_data ->> 'legacy_id' = '1'`,
    )
    expect((await on('target-leads').findOneOrFail(StaffTask, '1')).title).toBe('only here')
    expect((await on('legacy-leads').findOneOrFail(StaffTask, '1')).title).not.toBe('only here')
  })

  test('are created, changed and deleted through the views, links with them', async () => {
    const em = on('target-leads')
    const [ann, bob] = await em.find(AppUser, {}, { limit: 2, orderBy: { id: 'asc' } })
    const task = em.create(StaffTask, {
      title: 'Made by the old code',
      createdBy: ann,
      estimatedHours: '2.50',
    } as never)
    task.assignees.add(ann!, bob!)
    await em.flush()
    expect(task.status).toBe('not_started')
    expect(await on('legacy-leads').findOne(StaffTask, task.id)).toBeNull()

    const found = await on('target-leads').findOneOrFail(
      StaffTask,
      { id: task.id },
      { populate: ['assignees'] },
    )
    expect(found.assignees.getIdentifiers()).toEqual([ann?.id, bob?.id])
    found.status = 'completed'
    found.assignees.remove(bob!)
    await found.assignees.init()
    expect(await on('target-leads').nativeUpdate(StaffTask, { id: task.id }, { boardPosition: 9 })).toBe(1)
    await em.refresh(task)
    expect(task.boardPosition).toBe(9)
    em.remove(task)
    await em.flush()
    expect(await on('target-leads').findOne(StaffTask, task.id)).toBeNull()
    expect(await on('target-leads').count(StaffTask)).toBe(150)
  })

  test('refuse an upsert and say what to use, in a transaction too', async () => {
    const em = on('target-leads')
    const refusal = { code: 'PROXIES.UPSERT_UNSUPPORTED', fix: expect.stringContaining('em.findOne') }
    await expect(em.upsert(StaffTask, { id: '1', title: 'x' })).rejects.toMatchObject(refusal)
    await expect(em.upsertMany(StaffTask, [{ id: '1', title: 'x' }])).rejects.toMatchObject(refusal)
    await expect(
      em.transactional((tx) => tx.upsert(StaffTask, { id: '1', title: 'x' })),
    ).rejects.toMatchObject(refusal)
    await expect(em.getRepository(StaffTask).upsert({ id: '1', title: 'x' })).rejects.toMatchObject(refusal)
    await expect(em.upsert(await em.findOneOrFail(StaffTask, '1'))).rejects.toMatchObject(refusal)
    expect(await em.upsert(AppUser, { id: '9999', username: 'fine' })).toMatchObject({ username: 'fine' })
  })

  test('FM-48 show the other side fresh in the same EntityManager after a write', async () => {
    const em = on('target-leads')
    const item = await em.findOneOrFail(WorkItem, { workType: 'task', taskData: { legacy_id: '2' } as never })
    const task = await em.findOneOrFail(StaffTask, '2')
    task.title = 'written by the old code'
    await em.flush()
    expect((await em.findOneOrFail(WorkItem, item.id)).title).toBe('written by the old code')
    item.title = 'written by the new code'
    await em.flush()
    expect((await em.findOneOrFail(StaffTask, '2')).title).toBe('written by the new code')
  })

  test('FM-48 without what prevents them a stale legacy entity and an upsert show (mutation)', async () => {
    const bare = new MikroORM({
      ...ormOptions,
      clientUrl: proxies.url,
      discovery: { onMetadata: proxyDiscovery(workItems.mappings) },
    })
    try {
      const em = bare.em.fork({ schema: 'changeover_legacy' })
      const item = await em.findOneOrFail(WorkItem, {
        workType: 'task',
        taskData: { legacy_id: '3' } as never,
      })
      const task = await em.findOneOrFail(StaffTask, '3')
      item.title = 'written by the new code'
      await em.flush()
      expect((await em.findOneOrFail(StaffTask, '3')).title).toBe(task.title)
      expect(task.title).not.toBe('written by the new code')
      await expect(em.upsert(StaffTask, { id: '1', title: 'x' })).rejects.toMatchObject({ code: '42P10' })
    } finally {
      await bare.close(true)
    }
  })

  test('are refused by a rule with a failure that names it', async () => {
    const em = on('target-leads')
    const event = await em.findOneOrFail(Event, { endDatetime: { $ne: null } })
    event.startDatetime = '4713-11-24 00:00:00+00 BC'
    const known = await em.flush().then(() => undefined, toProxyFailure)
    expect(known?.code).toBe('PROXIES.ROW_REFUSED')
    await expect(
      on('target-leads').insert(StaffTask, { title: 'x', status: 'odd' as never }),
    ).rejects.toThrow(CheckConstraintViolationException)
    await expect(on('target-leads').insert(StaffTask, { title: null as never })).rejects.toThrow(
      NotNullConstraintViolationException,
    )
    await expect(on('target-leads').insert(StaffTask, { title: 'x', createdBy: '777777' })).rejects.toThrow(
      ForeignKeyConstraintViolationException,
    )
  })

  test('compute the same properties on both sides, also to filter and to sort by', async () => {
    const computed = async (phase: 'legacy-leads' | 'target-leads') => {
      const em = on(phase)
      const [ann] = await em.find(
        StaffTask,
        { assignees: { $some: {} } },
        { populate: ['assigneeDisplayName'], limit: 1 },
      )
      const named = { assigneeDisplayName: ann?.assigneeDisplayName ?? 'nobody' }
      const tasks = await em.find(
        StaffTask,
        {},
        {
          populate: ['assigneeDisplayName', 'linkedEvent'],
          orderBy: { isOverdue: 'desc', assigneeDisplayName: 'asc', id: 'asc' },
        },
      )
      return {
        tasks: tasks.map((task) => [
          task.id,
          task.isOverdue,
          task.assigneeDisplayName,
          task.linkedEvent?.title,
        ]),
        overdue: await em.count(StaffTask, { isOverdue: true }),
        named: (await em.find(StaffTask, named, { orderBy: { id: 'asc' } })).map(({ id }) => id),
        onTrack: (
          await em.find(ProjectWorkflow, { isOnTrack: true, isBlocked: false }, { orderBy: { id: 'asc' } })
        ).map(({ id }) => id),
      }
    }
    const fromViews = await computed('target-leads')
    expect(fromViews.overdue).toBeGreaterThan(0)
    expect(fromViews.named.length).toBeGreaterThan(0)
    expect(fromViews.onTrack.length).toBeGreaterThan(0)
    expect(fromViews).toEqual(await computed('legacy-leads'))
  })

  test('share no cached result with the table', async () => {
    const titles = async (phase: 'legacy-leads' | 'target-leads') =>
      (await on(phase).find(StaffTask, { id: '1' }, { cache: 5_000 })).map(({ title }) => title)
    expect(await titles('target-leads')).toEqual(['only here'])
    expect(await titles('legacy-leads')).not.toEqual(['only here'])
  })
})
