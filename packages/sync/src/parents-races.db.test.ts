import { createPoolDatabase, type PoolDatabase, type Transaction } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type { Mapping } from '@changeover/mapping'
import { family, familyTables, personToMember, stepToStage, teamToUnit } from '@changeover/sample-mappings'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSync } from './index.ts'
import { rewriting } from './rewriting.fixture.ts'
import { turns } from './turns.fixture.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase

beforeEach(async () => {
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url })
  await database.query(familyTables)
  await database.query(`INSERT INTO company (name) VALUES ('acme'); INSERT INTO team (name, company) VALUES ('blue', 1);
    INSERT INTO person (name, team) VALUES ('ann', 1), ('bob', 1); INSERT INTO step (team) VALUES (1)`)
})
afterEach(async () => {
  await database.close()
  await home.drop()
})

const sync = (tx: Transaction, mapping: Mapping, id: string) =>
  createSync(family).keys(tx, mapping, 'forward', [[id]], { heldValues: 'keep' })
const count = async (table: string) => {
  const { rows } = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)
  return rows[0]?.count
}

/** Waits until a session of this database waits for a lock. */
async function blocked(): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    if ((rows[0]?.waiting ?? 0) > 0) return
  }
}

/** Two transactions of which the second begins when the first has done its work and has not committed. */
async function oneAfterAnother(
  first: (tx: Transaction) => Promise<unknown>,
  second: (tx: Transaction) => Promise<unknown>,
) {
  const { reached, reach } = turns<'worked' | 'over'>()
  const early = database.transaction(async (tx) => {
    await first(tx)
    reach('worked')
    await Promise.race([reached('over'), blocked()])
  })
  const late = reached('worked').then(() => database.transaction(second).finally(() => reach('over')))
  return Promise.allSettled([early, late])
}

describe('FM-67 two children of a parent that has no twin', () => {
  const children = (weaken: (tx: Transaction) => Transaction) =>
    oneAfterAnother(
      (tx) => sync(weaken(tx), personToMember, '1'),
      (tx) => sync(weaken(tx), personToMember, '2'),
    )

  test('bring it along once, and the later waits instead of failing', async () => {
    expect((await children((tx) => tx)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect([await count('member'), await count('unit'), await count('org')]).toEqual([2, 1, 1])
  })

  test('collide where the parent is not locked before it is written (mutation)', async () => {
    const [, late] = await children((tx) => rewriting(tx, /FOR NO KEY UPDATE OF "l"/))
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'DATABASE.CONSTRAINT_VIOLATED' } })
  })

  test('or a child and a backfill of the parents: whoever comes later finds it there', async () => {
    const batch = (tx: Transaction) =>
      createSync(family).batch(tx, teamToUnit, 'forward', {}, { heldValues: 'overwrite' })
    const turns = await oneAfterAnother((tx) => sync(tx, personToMember, '1'), batch)
    expect(turns.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    await database.query('DELETE FROM member; DELETE FROM unit')
    const other = await oneAfterAnother(batch, (tx) => sync(tx, personToMember, '1'))
    expect(other.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect([await count('member'), await count('unit')]).toEqual([1, 1])
  })
})

test('FM-67 a parent that is deleted meanwhile gets no twin, and its child is refused by its name', async () => {
  await database.query('DELETE FROM person')
  const [, late] = await oneAfterAnother(
    (tx) => tx.query('DELETE FROM team WHERE id = 1'),
    async (tx) => expect((await sync(tx, stepToStage, '1')).refused[0]?.why).toContain('Team 1 is no row'),
  )
  expect(late.status).toBe('fulfilled')
  expect(await count('unit')).toBe(0)
})
