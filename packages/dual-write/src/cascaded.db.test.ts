import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { detectBypass, dualWriteDrift, installDualWrite, owedState } from './index.ts'
import { createFlushSubscriber } from './mikro-orm.ts'
import { type Fixture, openFixture, sync } from './ticket-to-item.fixture.ts'

const Item = defineEntity({
  name: 'Item',
  tableName: 'item',
  properties: { id: p.uuid().primary(), type: p.string(), title: p.string() },
})

let open: Fixture
const run = (statement: string) => open.database.query(statement)
const tickets = () =>
  open.text(`SELECT string_agg(concat_ws(' ', title, project, duplicate_of), ', ' ORDER BY id) FROM ticket`)
afterEach(() => open.close())

/** A project with one ticket, and one that duplicates that; items have no foreign key for their project. */
async function seed() {
  await run(`INSERT INTO project (name) VALUES ('p'); INSERT INTO ticket (title, priority, project, duplicate_of) VALUES
    ('one', 'low', 1, NULL), ('two', 'low', NULL, 1)`)
}
const removeProject = `DELETE FROM item WHERE type = 'project'`

describe('FM-20 legacy deletes rows with their parent, and the target does not', () => {
  beforeEach(async () => {
    open = await openFixture()
    await seed()
    await open.lead('target-leads')
  })

  test('so that legacy cannot hold what the target still has: the delete is refused by the name of the foreign key', async () => {
    await expect(run(removeProject)).rejects.toMatchObject({
      code: 'DATABASE.CONSTRAINT_VIOLATED',
      values: { constraint: 'ticket_project_fkey' },
    })
    expect(await tickets()).toBe('one 1, two 1')
    expect(await open.apart()).toBeNull()
  })

  test('unless what the target has lets go of the parent first, or goes with it', async () => {
    await run(`UPDATE item SET data = data - 'project' WHERE title = 'one'; ${removeProject}`)
    expect(await tickets()).toBe('one, two 1')
    await run(`DELETE FROM item WHERE title = 'one'`)
    expect(await tickets()).toBe('two')
    expect(await open.apart()).toBeNull()
  })

  test('or both go in one statement', async () => {
    await run(`DELETE FROM item WHERE title IN ('p', 'one')`)
    expect(await tickets()).toBe('two')
    expect(await open.apart()).toBeNull()
  })

  test('and where nobody looks, legacy loses them in silence (mutation)', async () => {
    await run(
      `DROP TRIGGER changeover_tickets_cascade ON ticket; DROP TRIGGER changeover_tickets_emptied ON ticket; ${removeProject}`,
    )
    expect(await open.apart()).toContain('one')
    expect(await dualWriteDrift(open.database, open.dualWrite)).toMatchObject([
      { code: 'DUAL_WRITE.TRIGGER_MISSING' },
      { code: 'DUAL_WRITE.TRIGGER_MISSING' },
    ])
  })
})

test('FM-20 what the replica can hold without its parent comes back', async () => {
  open = await openFixture()
  await run(`ALTER TABLE ticket DROP CONSTRAINT ticket_duplicate_of_fkey;
    ALTER TABLE ticket ADD FOREIGN KEY (duplicate_of) REFERENCES ticket ON DELETE CASCADE`)
  await installDualWrite(open.database, open.dualWrite)
  await seed()
  await open.lead('target-leads')
  await run(`DELETE FROM item WHERE title = 'one'`) // of which the target empties the reference
  expect(await tickets()).toBe('two')
  expect(await open.apart()).toBeNull()
})

describe('FM-20 legacy empties a reference with its parent, and the target does not', () => {
  const weaken = `ALTER TABLE ticket DROP CONSTRAINT ticket_project_fkey;
    ALTER TABLE ticket ADD CONSTRAINT ticket_project_fkey FOREIGN KEY (project) REFERENCES project ON DELETE SET NULL`

  test('which is refused as well', async () => {
    open = await openFixture()
    await run(weaken)
    await installDualWrite(open.database, open.dualWrite)
    await seed()
    await open.lead('target-leads')
    await expect(run(removeProject)).rejects.toMatchObject({ values: { constraint: 'ticket_project_fkey' } })
    await run(`UPDATE item SET data = data - 'project' WHERE title = 'one'; ${removeProject}`)
    expect(await open.apart()).toBeNull()
  })

  test('or owed under best-effort', async () => {
    open = await openFixture('best-effort')
    await run(weaken)
    await installDualWrite(open.database, open.dualWrite)
    await seed()
    await open.lead('target-leads')
    await run(removeProject)
    expect(await owedState(open.database, 'tickets')).toMatchObject({
      reasons: [{ why: expect.stringContaining('ticket_project_fkey') }],
    })
  })
})

test('FM-20 the target deletes rows with their parent, and legacy does not: they come back', async () => {
  open = await openFixture()
  await run(
    `ALTER TABLE item DROP CONSTRAINT item_origin_fkey; ALTER TABLE item ADD FOREIGN KEY (origin) REFERENCES item ON DELETE CASCADE`,
  )
  await installDualWrite(open.database, open.dualWrite)
  await seed()
  await run(`DELETE FROM ticket WHERE title = 'one'`) // of which legacy empties the reference
  expect(await tickets()).toBe('two')
  expect(await open.apart()).toBeNull()
})

test('FM-20 captured by the ORM, what legacy does besides is reported', async () => {
  open = await openFixture()
  await seed()
  for (const table of ['project', 'ticket', 'ticket_watcher', 'item', 'item_watcher'])
    await run(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
  const dualWrite = { ...open.dualWrite, capture: 'orm' } as const
  await installDualWrite(open.database, dualWrite)
  await open.lead('target-leads')
  const orm = new MikroORM({
    entities: [Item],
    clientUrl: open.url,
    subscribers: [createFlushSubscriber(dualWrite)],
  })
  const em = orm.em.fork()
  em.remove(await em.findOneOrFail(Item, { title: 'p' }))
  await em.flush()
  await orm.close(true)
  expect((await detectBypass(open.database, sync, dualWrite)).found).toMatchObject([
    { mapping: 'Ticket', direction: 'backward' },
  ])
})
