import { family } from '@changeover/sample-mappings'
import { createSync } from '@changeover/sync'
import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FamilyFixture, openFamily } from './family.fixture.ts'
import type { DualWrite } from './index.ts'
import { createFlushSubscriber } from './mikro-orm.ts'

const Unit = defineEntity({
  name: 'Unit',
  tableName: 'unit',
  properties: { id: p.uuid().primary(), name: p.string() },
})

let home: FamilyFixture
afterEach(() => home.close())

/** Steps 1 and 2 of the first team, and step 3 below 2, which names the second team too; legacy's foreign keys hold all of them. */
async function open(given: Partial<DualWrite> = {}) {
  home = await openFamily(given)
  await home.run(`ALTER TABLE step ADD FOREIGN KEY (previous) REFERENCES step, ADD FOREIGN KEY (team) REFERENCES team;
    INSERT INTO step (id, previous, team) VALUES (1, NULL, 1), (2, 1, NULL), (3, 2, 2)`)
  const sync = createSync(family)
  for (const mapping of family)
    await home.database.transaction((tx) =>
      sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }),
    )
  await home.lead('target-leads')
}

const steps = () =>
  home.text(
    `SELECT string_agg(concat_ws(' ', id, COALESCE(previous, 0), COALESCE(team, 0)), ', ' ORDER BY id) FROM step`,
  )
const kept = () => home.text('SELECT concat(previous_id, team_id) FROM stage WHERE legacy_id = 3')

describe('FM-20 while the target leads, a row goes whose legacy key others keep beside what they refer to', () => {
  beforeEach(() => open())

  test('and they forget it, on both sides, before legacy lets its row go', async () => {
    expect(await steps()).toBe('1 0 1, 2 1 0, 3 2 2')
    await home.run(`DELETE FROM unit WHERE name = 'red'`)
    expect(await steps()).toBe('1 0 1, 2 1 0, 3 2 0')
    expect(await kept()).toBe('2')
    expect(await home.text(`SELECT string_agg(name, ',') FROM team`)).toBe('blue')
  })

  test('in a statement of many, of one mapping, too', async () => {
    await home.run(
      'DELETE FROM stage WHERE legacy_id IN (1, 3); UPDATE stage SET previous_id = 1 WHERE legacy_id = 2',
    )
    expect(await home.text('SELECT string_agg(id::text, NULL) FROM step')).toBe('2')
  })

  test('or legacy refuses, where they do not forget (mutation)', async () => {
    const { rows } = await home.database.query<{ text: string }>(
      `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE proname LIKE 'sync_family_Team_backward%'`,
    )
    for (const { text } of rows) {
      expect(text).toContain('WITH forgotten AS')
      await home.run(text.replaceAll('AS gone(key))', 'AS gone(key) WHERE FALSE)'))
    }
    await expect(home.run(`DELETE FROM unit WHERE name = 'red'`)).rejects.toMatchObject({
      code: 'DATABASE.CONSTRAINT_VIOLATED',
    })
  })

  test('by whoever syncs the row, too', async () => {
    await home.run(
      `ALTER TABLE unit DISABLE TRIGGER USER; ALTER TABLE stage DISABLE TRIGGER USER; DELETE FROM unit WHERE name = 'red'`,
    )
    const [, team] = family
    await home.database.transaction(async (tx) => {
      await tx.query(`SELECT set_config('changeover.writer', 'family:engine', true)`)
      await createSync(family).keys(tx, team, 'backward', [['2']], { heldValues: 'keep' })
    })
    expect(await steps()).toBe('1 0 1, 2 1 0, 3 2 0')
    expect(await kept()).toBe('2')
  })
})

test('FM-20 captured by the ORM, they forget it as well', async () => {
  await open({ capture: 'orm' })
  const orm = new MikroORM({
    entities: [Unit],
    clientUrl: home.url,
    subscribers: [createFlushSubscriber(home.dualWrite)],
  })
  const em = orm.em.fork()
  em.remove(await em.findOneOrFail(Unit, { name: 'red' }))
  await em.flush()
  await orm.close(true)
  expect(await steps()).toBe('1 0 1, 2 1 0, 3 2 0')
  expect(await kept()).toBe('2')
})
