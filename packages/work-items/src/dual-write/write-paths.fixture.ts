import { raw } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { AppUser } from '../legacy/app-user.ts'
import { Event } from '../legacy/event.ts'
import { StaffTask } from '../legacy/staff-task.ts'

/** One way in which an application, or somebody beside it, writes legacy rows. `unseen` are those that no ORM event tells of. */
export interface WritePath {
  readonly name: string
  readonly unseen: boolean
  write(em: EntityManager, another: (statement: string) => Promise<unknown>): Promise<unknown>
}

const task = (em: EntityManager, offset: number) =>
  em.findOneOrFail(
    StaffTask,
    { id: { $ne: null } },
    { orderBy: { id: 'asc' }, offset, populate: ['assignees'] },
  )
const users = (em: EntityManager) => em.find(AppUser, {}, { orderBy: { id: 'asc' }, limit: 4 })
const oldest = (limit: number) => `id IN (SELECT id FROM staff_task ORDER BY id LIMIT ${limit})`
const newest = `id IN (SELECT id FROM staff_task WHERE title LIKE 'path:%' ORDER BY id DESC LIMIT 1)`

const seen = (name: string, write: WritePath['write']): WritePath => ({ name, unseen: false, write })
const unseen = (name: string, write: WritePath['write']): WritePath => ({ name, unseen: true, write })

export const writePaths: readonly WritePath[] = [
  seen('persist and flush', async (em) => {
    const created = em.create(StaffTask, { title: 'path: persist', geographicScope: { barangay: [1, null] } })
    created.assignees.add(await users(em))
    await em.flush()
  }),
  seen('assign and flush', async (em) => {
    em.assign(await task(em, 1), { title: 'path: assign', dueDate: '2030-01-01', estimatedHours: '1.50' })
    await em.flush()
  }),
  seen('assign of an SQL fragment', async (em) => {
    em.assign(await task(em, 1), { boardPosition: raw('board_position + 1') as unknown as number })
    await em.flush()
  }),
  seen('a reference that changes', async (em) => {
    const found = await em.findOneOrFail(StaffTask, { recurrenceParent: null, linkedWorkflow: { $ne: null } })
    em.assign(found, { linkedWorkflow: null, linkedEvent: null })
    await em.flush()
  }),
  seen('remove and flush', async (em) => {
    em.remove(await task(em, 3))
    await em.flush()
  }),
  seen('remove of a row that others refer to', async (em) => {
    const [linked] = await em.find(
      StaffTask,
      { linkedEvent: { $ne: null }, recurrenceParent: null },
      { limit: 1 },
    )
    em.remove(await em.findOneOrFail(Event, String(linked?.linkedEvent?.id)))
    await em.flush()
  }),
  seen('several kinds in one flush', async (em) => {
    const event = await em.findOneOrFail(Event, { id: { $ne: null } }, { orderBy: { id: 'asc' }, offset: 2 })
    event.title = 'path: event'
    em.create(StaffTask, { title: 'path: of the event', linkedEvent: event })
    em.remove(await task(em, 4))
    await em.flush()
  }),
  seen('a link that is added', async (em) => {
    const [first] = await users(em)
    const found = await task(em, 5)
    found.assignees.removeAll()
    await em.flush()
    found.assignees.add(first!)
    await em.flush()
  }),
  seen('a link that is removed', async (em) => {
    const found = await em.findOneOrFail(StaffTask, { assignees: { $ne: null } }, { populate: ['assignees'] })
    found.assignees.remove(found.assignees[0]!)
    await em.flush()
  }),
  seen('links that are set', async (em) => {
    const found = await task(em, 7)
    found.assignees.set((await users(em)).slice(1, 3))
    await em.flush()
  }),
  seen('a transaction around two flushes', (em) =>
    em.transactional(async (inner) => {
      ;(await task(inner, 8)).title = 'path: first flush'
      await inner.flush()
      ;(await task(inner, 9)).title = 'path: second flush'
    }),
  ),
  seen('a nested transaction, and one that is rolled back', (em) =>
    em.transactional(async (outer) => {
      ;(await task(outer, 10)).title = 'path: outer'
      await outer.transactional(async (inner) => void ((await task(inner, 11)).title = 'path: inner'))
      await outer
        .transactional(async (inner) => {
          ;(await task(inner, 12)).title = 'path: undone'
          await inner.flush()
          throw new RangeError('undone')
        })
        .catch(() => undefined)
    }),
  ),
  seen('a second EntityManager', async (em) => {
    const fork = em.fork()
    ;(await task(fork, 13)).title = 'path: fork'
    await fork.flush()
  }),
  unseen('em.insert', (em) => em.insert(StaffTask, { title: 'path: insert' })),
  unseen('em.insertMany', (em) =>
    em.insertMany(StaffTask, [{ title: 'path: many 1' }, { title: 'path: many 2' }]),
  ),
  unseen('em.upsert', async (em) => {
    const { id } = await task(em, 14)
    await em.fork().upsert(StaffTask, { id, title: 'path: upsert' })
  }),
  unseen('em.upsertMany', async (em) => {
    const { id } = await task(em, 15)
    await em.fork().upsertMany(StaffTask, [
      { id, title: 'path: upsert 1' },
      { id: '700000', title: 'path: upsert 2' },
    ])
  }),
  unseen('nativeUpdate', async (em) => {
    const { id } = await task(em, 16)
    await em.nativeUpdate(StaffTask, { id: { $lte: id } }, { progress: 99, status: 'in_progress' })
  }),
  unseen('nativeDelete', async (em) => em.nativeDelete(StaffTask, { id: (await task(em, 17)).id })),
  unseen('QueryBuilder insert', (em) =>
    em.createQueryBuilder(StaffTask).insert({ title: 'path: builder' }).execute(),
  ),
  unseen('QueryBuilder update', async (em) =>
    em
      .createQueryBuilder(StaffTask)
      .update({ title: 'path: built' })
      .where({ id: (await task(em, 18)).id })
      .execute(),
  ),
  unseen('QueryBuilder delete', async (em) =>
    em
      .createQueryBuilder(StaffTask)
      .delete()
      .where({ id: (await task(em, 19)).id })
      .execute(),
  ),
  unseen('Kysely', (em) =>
    em
      .getKysely<{ staff_task: { id: string; title: string } }>()
      .updateTable('staff_task')
      .set({ title: 'path: kysely' })
      .where('id', '=', '700000')
      .execute(),
  ),
  unseen('em.execute', (em) =>
    em.execute(`UPDATE staff_task SET title = 'path: raw ' || id WHERE ${oldest(3)}`),
  ),
  unseen('raw links', (em) =>
    em.execute(`DELETE FROM staff_task_assignees WHERE staff_task_${oldest(20)};
      INSERT INTO staff_task_assignees SELECT s.id, u.id FROM staff_task s, app_user u WHERE s.${oldest(2)}`),
  ),
  unseen('another session', (_em, another) =>
    another(`INSERT INTO staff_task (title) VALUES ('path: psql')`),
  ),
  unseen('COPY', (_em, another) =>
    another(`COPY staff_task (title) FROM PROGRAM 'seq -f "path: copied %g" 300'`),
  ),
  unseen('a key that changes', (_em, another) =>
    another(`UPDATE staff_task SET id = id + 100000 WHERE ${newest}`),
  ),
  unseen('a cascade of the database', (_em, another) =>
    another(
      'DELETE FROM event WHERE id = (SELECT linked_event_id FROM staff_task WHERE linked_event_id IS NOT NULL AND recurrence_parent_id IS NULL LIMIT 1)',
    ),
  ),
  unseen('a session that is a replica', (_em, another) =>
    another(
      `BEGIN; SET LOCAL session_replication_role = replica; UPDATE staff_task SET title = 'path: replica ' || clock_timestamp() WHERE ${newest}; COMMIT`,
    ),
  ),
]
