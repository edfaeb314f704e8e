import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type { Mapping } from '@changeover/mapping'
import {
  companyToOrg,
  family,
  familyTables,
  personToMember,
  stepToStage,
  teamToUnit,
} from '@changeover/sample-mappings'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSync, needOf, type Sync } from './index.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase
const run = (statement: string) => database.query(statement)

beforeEach(async () => {
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url })
  await run(familyTables)
  await run(`INSERT INTO company (name) VALUES ('acme'), ('globex');
    INSERT INTO team (name, company) VALUES ('blue', 1), ('red', 2);
    INSERT INTO person (name, team, boss) VALUES ('ann', 1, NULL), ('bob', 1, 1), ('cyd', 2, 2)`)
})
afterEach(async () => {
  await database.close()
  await home.drop()
})

const keys = (
  mapping: Mapping,
  direction: 'forward' | 'backward',
  ids: readonly number[],
  sync: Sync = createSync(family),
) =>
  database.transaction((tx) =>
    sync.keys(
      tx,
      mapping,
      direction,
      ids.map((id) => [String(id)]),
      { heldValues: 'keep' },
    ),
  )
const forward = (mapping: Mapping, ...ids: readonly number[]) => keys(mapping, 'forward', ids)

/** One text of the first row. */
const text = async (query: string) => {
  const { rows } = await database.query<Record<string, string | null>>(query)
  return Object.values(rows[0] ?? {})[0] ?? null
}
const members = () =>
  text(`SELECT string_agg(concat_ws(' ', m.name, u.name, o.name, b.name), ', ' ORDER BY m.legacy_id)
    FROM member m JOIN unit u ON u.id = m.unit JOIN org o ON o.id = u.org LEFT JOIN member b ON b.id = m.boss`)

test('a mapping needs the twins without which its rows are refused, and no others', () => {
  const needed = (mapping: Mapping, direction: 'forward' | 'backward') =>
    needOf(mapping, direction, family).parents.map((parent) => parent.mapping.name)
  expect(needed(companyToOrg, 'forward')).toEqual([])
  expect(needed(personToMember, 'forward')).toEqual(['Team'])
  expect(needed(stepToStage, 'forward')).toEqual(['Step', 'Team'])
  expect(needed(personToMember, 'backward')).toEqual(['Team', 'Person'])
  expect(needOf(personToMember, 'forward', [personToMember]).parents).toEqual([])
})

describe('FM-67 a row whose parents have no twin yet', () => {
  test('brings them along, to the last, and each only once', async () => {
    expect(await forward(personToMember, 1, 2)).toEqual({
      inserted: 2,
      updated: 0,
      deleted: 0,
      linked: 0,
      unlinked: 0,
      refused: [],
      brought: [
        { mapping: teamToUnit, keys: [['1']] },
        { mapping: companyToOrg, keys: [['1']] },
      ],
    })
    expect(await members()).toBe('ann blue acme, bob blue acme ann')
    expect(await text('SELECT count(*)::text FROM org')).toBe('1')
  })

  test('leaves a reference empty that may be so, until its row is written (decision 0003)', async () => {
    await forward(personToMember, 3)
    expect(await members()).toBe('cyd red globex')
    await forward(personToMember, 2)
    expect(await members()).toBe('bob blue acme, cyd red globex bob')
  })

  test('brings along nobody where all of them have one', async () => {
    await forward(personToMember, 1)
    const asked: string[] = []
    await database.transaction((tx) =>
      createSync(family).keys(
        {
          ...tx,
          inTransaction: true,
          query: (query, params) => (asked.push(query), tx.query(query, params)),
        },
        personToMember,
        'forward',
        [['2']],
        { heldValues: 'keep' },
      ),
    )
    expect(asked.filter((query) => query.includes('FROM "team"'))).toEqual([])
    expect(await members()).toBe('ann blue acme, bob blue acme ann')
  })

  test('is written when it moves to such a parent', async () => {
    await forward(personToMember, 1)
    await run('UPDATE person SET team = 2 WHERE id = 1')
    expect((await forward(personToMember, 1)).refused).toEqual([])
    expect(await members()).toBe('ann red globex')
  })

  test('comes with a batch, whose other rows are written too', async () => {
    const batch = await database.transaction((tx) =>
      createSync(family).batch(tx, personToMember, 'forward', {}, { heldValues: 'keep' }),
    )
    expect(batch).toMatchObject({ inserted: 3, refused: [] })
    expect(await members()).toBe('ann blue acme, bob blue acme ann, cyd red globex bob')
  })

  test('is refused by name where its parent is, and others are written', async () => {
    await run(`UPDATE company SET name = 'a company of a long name' WHERE id = 1`)
    const { refused, inserted } = await forward(personToMember, 1, 3)
    expect(inserted).toBe(1)
    expect(refused).toEqual([
      {
        key: ['1'],
        rule: 'reference(team)',
        field: 'unit',
        why: 'would be NULL in a column that is NOT NULL: Team 1 cannot be written: org would be NULL in a column that is NOT NULL: Company 1 cannot be written: name does not fit into its column (copy(name)) (reference(company))',
      },
    ])
    expect(await members()).toBe('cyd red globex')
  })

  test('is refused by name where its parent is gone', async () => {
    await run(`INSERT INTO step (team) VALUES (9)`)
    expect((await forward(stepToStage, 1)).refused).toMatchObject([
      { why: expect.stringContaining(': Team 9 is no row that the mapping speaks of') },
    ])
  })
})

test('FM-67 without the mapping of its parent a row is refused (mutation)', async () => {
  const alone = createSync([personToMember])
  expect(await keys(personToMember, 'forward', [1], alone)).toMatchObject({
    inserted: 0,
    refused: [{ key: ['1'], why: 'would be NULL in a column that is NOT NULL' }],
  })
})

describe('FM-67 a row that needs rows of its own mapping', () => {
  const below = () =>
    text(`SELECT string_agg(concat(s.legacy_id, '<', COALESCE(p.legacy_id::text, u.name)), ' ' ORDER BY s.legacy_id)
      FROM stage s LEFT JOIN stage p ON p.id = s.below LEFT JOIN unit u ON u.id = s.below`)

  test('brings along all its ancestors, and what these need', async () => {
    await run(
      `INSERT INTO step (id, previous, team) VALUES (4, 7, NULL), (7, 2, NULL), (2, 5, 2), (5, NULL, 1)`,
    )
    expect(await forward(stepToStage, 4)).toMatchObject({ inserted: 4, refused: [] })
    expect(await below()).toBe('2<5 4<7 5<blue 7<2')
  })

  test('is written with those of its own call, in whatever order they stand', async () => {
    await run(`INSERT INTO step (id, previous, team) VALUES (1, 2, NULL), (2, 3, NULL), (3, NULL, 1)`)
    expect(await forward(stepToStage, 1, 2, 3)).toMatchObject({ inserted: 3, refused: [] })
    expect(await below()).toBe('1<2 2<3 3<blue')
  })

  test('ends where it stands in a circle', async () => {
    await run(`INSERT INTO step (id, previous) VALUES (1, 2), (2, 3), (3, 2), (4, 4)`)
    const { refused } = await forward(stepToStage, 1, 4)
    expect(refused.map(({ key, why }) => [key[0], /: (Step \d)/.exec(why)?.[1]])).toEqual([
      ['1', 'Step 2'],
      ['4', 'Step 4'],
    ])
    expect(await below()).toBeNull()
  })

  test('is refused below one that is, and the way there is tried once', async () => {
    await run(
      `INSERT INTO step (id, previous, team) SELECT n, NULLIF(n - 1, 0), CASE n WHEN 1 THEN 9 END FROM generate_series(1, 40) AS n`,
    )
    const { refused } = await forward(stepToStage, 40)
    expect(refused).toMatchObject([
      { key: ['40'], why: expect.stringContaining('Step 39 cannot be written') },
    ])
  })
})

describe('FM-67 on the way back, a row whose parents have no legacy key', () => {
  beforeEach(() =>
    run(`INSERT INTO org (id, name) VALUES ('00000000-0000-0000-0000-00000000000a', 'initech');
      INSERT INTO unit (id, name, org) VALUES ('00000000-0000-0000-0000-00000000000b', 'green', '00000000-0000-0000-0000-00000000000a');
      INSERT INTO member (id, name, unit, boss, legacy_id) VALUES
        ('00000000-0000-0000-0000-00000000000c', 'dee', '00000000-0000-0000-0000-00000000000b', NULL, NULL),
        ('00000000-0000-0000-0000-00000000000d', 'eve', '00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000c', 7)`),
  )
  const people = () =>
    text(`SELECT string_agg(concat_ws(' ', p.name, t.name, c.name, b.name), ', ' ORDER BY p.name)
      FROM person p JOIN team t ON t.id = p.team JOIN company c ON c.id = t.company LEFT JOIN person b ON b.id = p.boss WHERE p.team > 2`)

  test('has them adopted, and written before it', async () => {
    expect(await keys(personToMember, 'backward', [7])).toMatchObject({ inserted: 2, refused: [] })
    expect(await people()).toBe('dee green initech, eve green initech dee')
    expect(await keys(personToMember, 'backward', [7])).toMatchObject({ inserted: 0, updated: 0 })
  })

  test('is refused by the name of one that legacy cannot hold', async () => {
    await run(`UPDATE org SET code = 'initech'`)
    expect((await keys(personToMember, 'backward', [7])).refused).toMatchObject([
      {
        key: ['7'],
        why: expect.stringMatching(
          /Team 3 cannot be written: .*Company 3 cannot be written: code does not fit/,
        ),
      },
    ])
    expect(await people()).toBeNull()
  })
})
