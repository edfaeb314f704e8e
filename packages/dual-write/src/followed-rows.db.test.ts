import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { detectBypass, installDualWrite } from './index.ts'
import { createFlushSubscriber } from './mikro-orm.ts'
import { type Fixture, openFixture, sync } from './ticket-to-item.fixture.ts'

const Team = defineEntity({ name: 'Team', tableName: 'team', properties: { id: p.integer().primary() } })
const Project = defineEntity({
  name: 'Project',
  tableName: 'project',
  properties: { id: p.bigint('string').primary(), name: p.string() },
})
const Item = defineEntity({
  name: 'Item',
  tableName: 'item',
  properties: { id: p.uuid().primary(), type: p.string(), title: p.string() },
})

let open: Fixture
let orm: MikroORM
const run = (statement: string) => open.database.query(statement)
const bypassed = async () => (await detectBypass(open.database, sync, open.dualWrite)).found

beforeEach(async () => {
  open = await openFixture()
  await run(`CREATE TABLE team (id int PRIMARY KEY);
    CREATE TABLE member (id int PRIMARY KEY, team int REFERENCES team ON DELETE CASCADE);
    ALTER TABLE ticket ADD member int REFERENCES member ON DELETE CASCADE;
    ALTER TABLE item ADD team int REFERENCES team ON DELETE CASCADE;
    INSERT INTO team VALUES (1), (2); INSERT INTO member VALUES (10, 1), (20, 2)`)
  await run(`INSERT INTO project (name) VALUES ('p'), ('q');
    INSERT INTO ticket (title, priority, project, duplicate_of, member) VALUES ('one', 'low', 1, NULL, NULL), ('two', 'low', 1, 1, NULL),
      ('three', 'low', 2, 2, 10), ('four', 'low', NULL, 3, 20);
    INSERT INTO ticket_watcher VALUES (1, 'ann'), (4, 'bob')`)
  expect(await open.apart()).toBeNull()
  for (const table of ['project', 'ticket', 'ticket_watcher', 'item', 'item_watcher'])
    await run(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
  const dualWrite = { ...open.dualWrite, capture: 'orm' } as const
  await installDualWrite(open.database, dualWrite)
  orm = new MikroORM({
    entities: [Team, Project, Item],
    clientUrl: open.url,
    subscribers: [createFlushSubscriber(dualWrite)],
  })
})
afterEach(async () => {
  await orm.close(true)
  await open.close()
})

const removing = async (entity: typeof Team | typeof Project | typeof Item, where: object) => {
  const em = orm.em.fork()
  em.remove(await em.findOneOrFail(entity as typeof Team, where))
  await em.flush()
}

describe('FM-20 captured by the ORM, rows that the database deletes or empties because of rows that go', () => {
  test('are written to the target while legacy leads: deleted by a foreign key, and emptied by one of those', async () => {
    await removing(Project, { id: '1' })
    expect(await open.text(`SELECT string_agg(title, ',' ORDER BY title) FROM item`)).toBe('four,q,three')
    expect(await open.apart()).toBeNull()
    expect(await bypassed()).toEqual([])
  })

  test('are found through tables that no mapping knows', async () => {
    await removing(Team, { id: 1 })
    expect(await open.text(`SELECT count(*)::text FROM item WHERE title = 'three'`)).toBe('0')
    expect(await open.apart()).toBeNull()
  })

  test('are found in a transaction of several flushes, too', async () => {
    await orm.em.fork().transactional(async (em) => {
      em.remove(await em.findOneOrFail(Team, { id: 1 }))
      await em.flush()
      em.remove(await em.findOneOrFail(Project, { id: '1' }))
    })
    expect(await open.apart()).toBeNull()
  })

  test('are written to legacy while the target leads, where legacy has no such foreign key', async () => {
    await run(`ALTER TABLE ticket DROP CONSTRAINT ticket_duplicate_of_fkey;
      UPDATE item SET team = 2 WHERE title = 'four'`)
    await open.lead('target-leads')
    await removing(Item, { title: 'two' })
    expect(await open.text(`SELECT duplicate_of::text FROM ticket WHERE title = 'three'`)).toBeNull()
    await removing(Team, { id: 2 })
    expect(await open.text(`SELECT count(*)::text FROM ticket WHERE title = 'four'`)).toBe('0')
    expect(await open.apart()).toBeNull()
    expect(await bypassed()).toEqual([])
  })

  test('are reported where the delete came past the ORM, in both directions (mutation)', async () => {
    await orm.em.fork().nativeDelete(Project, { id: '1' })
    expect(await bypassed()).toMatchObject([
      { mapping: 'Ticket', direction: 'forward', deleted: 2, updated: 1 },
      { mapping: 'Project', direction: 'forward', deleted: 1 },
    ])
    await run('ALTER TABLE item DROP CONSTRAINT item_origin_fkey')
    await run('DELETE FROM item; DELETE FROM ticket; DELETE FROM project')
    await run(`INSERT INTO ticket (id, title, priority) VALUES (50, 'a', 'low')`)
    await run(
      `INSERT INTO item (title, data) VALUES ('a', '{"legacy_id": "50", "rank": null, "project": null}')`,
    )
    await open.lead('target-leads')
    expect(await bypassed()).toEqual([])
    await orm.em.fork().nativeDelete(Item, { title: 'a' })
    expect(await bypassed()).toMatchObject([{ mapping: 'Ticket', direction: 'backward', deleted: 1 }])
  })

  test('cannot be joined by another one between the look and the delete', async () => {
    let insert: Promise<unknown> | undefined
    orm.em.getEventManager().registerSubscriber({
      async afterTransactionStart() {
        insert ??= run(`INSERT INTO ticket (title, priority, project) VALUES ('late', 'low', 1)`).then(
          () => 'inserted',
          (error: { readonly code?: string }) => error.code,
        )
        for (;;) {
          const { rows } = await open.database.query<{ waits: boolean }>(
            `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`,
          )
          if (rows[0]?.waits === true) return
        }
      },
    })
    await removing(Project, { id: '1' })
    expect(await insert).toBe('DATABASE.CONSTRAINT_VIOLATED')
    expect(await open.apart()).toBeNull()
  })
})
