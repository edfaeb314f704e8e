import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { copy, defineMapping, intoJson, type Mapping, storedIn, table } from '@changeover/mapping'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { adopt, createSync, identityIndexName, type Key, schemaDrift } from './index.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: Database

beforeEach(async () => {
  home = await createTestDatabase()
  database = fromPool(home.pool())
})
afterEach(() => home.drop())

const old = table('old', { id: 'bigint not null', a: 'text' }, { key: ['id'] })
const page = {
  id: 'uuid not null default',
  kind: 'text not null default',
  a: 'text',
  data: 'jsonb',
} as const
const parts = { name: 'Old', legacy: old, identity: storedIn('data.old_id') } as const
const noteOnly = defineMapping({
  ...parts,
  target: table('page', page, { key: ['id'], where: { kind: 'note' } }),
  rules: copy('a'),
})
const schema = `CREATE TABLE old (id bigserial PRIMARY KEY, a text); INSERT INTO old VALUES (1, 'x');
  CREATE TABLE page (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), kind text NOT NULL DEFAULT 'page', a text, data jsonb)`

const forward = (mapping: Mapping, ...keys: readonly Key[]) =>
  database.transaction((tx) =>
    createSync([mapping]).keys(tx, mapping, 'forward', keys, { heldValues: 'keep' }),
  )

test('a key given twice, in two spellings, makes one row', async () => {
  await database.query(schema)
  expect(await forward(noteOnly, ['1'], ['01'], ['1'])).toMatchObject({ inserted: 1 })
})

test('a new row is one that the mapping finds again, whatever the default of its discriminator', async () => {
  await database.query(schema)
  expect(await forward(noteOnly, ['1'])).toMatchObject({ inserted: 1 })
  expect(await forward(noteOnly, ['1'])).toMatchObject({ inserted: 0 })
})

test('a row that would leave the rows of the mapping is refused instead of made again each time', async () => {
  await database.query(schema)
  const mapping = defineMapping({
    ...parts,
    target: table('page', page, { key: ['id'], where: { kind: ['note', 'memo'] } }),
    rules: [copy('a').as('kind')],
  })
  const { inserted, refused } = await forward(mapping, ['1'])
  expect(inserted).toBe(0)
  expect(refused).toMatchObject([{ field: 'kind', why: 'would leave the rows that the mapping speaks of' }])
})

test('a JSON column takes more than fifty fields', async () => {
  const names = Array.from({ length: 60 }, (_none, index) => `c${index}`)
  await database.query(`CREATE TABLE wide (id bigint PRIMARY KEY, ${names.join(' text, ')} text);
    CREATE TABLE page (id uuid PRIMARY KEY, data jsonb); INSERT INTO wide (id, c0, c59) VALUES (1, 'x', 'y')`)
  const mapping = defineMapping({
    ...parts,
    legacy: table(
      'wide',
      { id: 'bigint not null', ...Object.fromEntries(names.map((name) => [name, 'text'])) },
      { key: ['id'] },
    ),
    target: table('page', { id: 'uuid not null default', data: 'jsonb' }, { key: ['id'] }),
    rules: [intoJson('data', ...names.slice(0, -1), 'c59')],
  })
  expect(await forward(mapping, ['1'])).toMatchObject({ inserted: 1 })
  expect((await database.query('SELECT data FROM page')).rows).toEqual([
    { data: { c0: 'x', c59: 'y', old_id: '1' } },
  ])
})

test('a rule may write a part of the target key', async () => {
  await database.query(`CREATE TABLE old (id bigint PRIMARY KEY, a int NOT NULL); INSERT INTO old VALUES (1, 7);
    CREATE TABLE page (a int, id uuid, data jsonb, PRIMARY KEY (a, id))`)
  const mapping = defineMapping({
    ...parts,
    legacy: table('old', { id: 'bigint not null', a: 'integer not null' }, { key: ['id'] }),
    target: table(
      'page',
      { a: 'integer not null', id: 'uuid not null default', data: 'jsonb' },
      { key: ['a', 'id'] },
    ),
    rules: copy('a'),
  })
  expect(await forward(mapping, ['1'])).toMatchObject({ inserted: 1 })
  expect(await forward(mapping, ['1'])).toMatchObject({ inserted: 0, updated: 0 })
})

test('adopting fills several keys of one JSON column, and replaces a JSON null', async () => {
  await database.query(`CREATE TABLE old (id bigserial, b bigserial, a text, PRIMARY KEY (id, b));
    CREATE TABLE page (id bigint PRIMARY KEY, a text, data jsonb); INSERT INTO page VALUES (5, 'x', 'null')`)
  const mapping = defineMapping({
    name: 'Old',
    legacy: table('old', { id: 'bigint not null', b: 'bigint not null', a: 'text' }, { key: ['id', 'b'] }),
    target: table('page', { id: 'bigint not null', a: 'text', data: 'jsonb' }, { key: ['id'] }),
    identity: storedIn('data.id', 'data.b'),
    rules: copy('a'),
  })
  expect(await database.transaction((tx) => adopt(tx, mapping, ['5']))).toEqual([['1', '1']])
})

test('two mappings never share an identity index, however long their names', () => {
  const long = 'a'.repeat(60)
  const [one, two] = ['one', 'two'].map((name) => identityIndexName({ ...noteOnly, name: long + name }))
  expect(one).not.toBe(two)
  expect(one?.length).toBeLessThan(64)
})

describe('a row that was made on the target side and knows nothing of some legacy columns', () => {
  const legacy = (columns: { readonly rank: string; readonly label: string }) =>
    table('old', { id: 'bigint not null default', a: 'text', ...columns }, { key: ['id'] })
  const mappingOf = (columns: Parameters<typeof legacy>[0]) =>
    defineMapping({
      ...parts,
      legacy: legacy(columns),
      target: table('page', page, { key: ['id'], where: { kind: 'note' } }),
      rules: [copy('a'), intoJson('data', 'rank', 'label')],
    })
  const born = async (mapping: Mapping, data: string) => {
    await database.query(`CREATE TABLE old (id bigserial PRIMARY KEY, a text, rank integer NOT NULL DEFAULT 7, label text NOT NULL DEFAULT 'it''s new');
      CREATE TABLE page (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), kind text NOT NULL, a text, data jsonb);
      INSERT INTO page (kind, a, data) VALUES ('note', 'x', '${data}')`)
    return await database.transaction(async (tx) => {
      const { rows } = await tx.query<{ id: string }>('SELECT id FROM page')
      const keys = await adopt(
        tx,
        mapping,
        rows.map(({ id }) => id),
      )
      return await createSync([mapping]).keys(tx, mapping, 'backward', keys, { heldValues: 'keep' })
    })
  }
  const read = async () => (await database.query('SELECT rank, label FROM old')).rows
  const known = { rank: 'integer not null default 7', label: "text not null default 'it''s new'" }

  test.each(['{}', '{"rank": null}', '{"other": 1}'])('gets their defaults: %s', async (data) => {
    const mapping = mappingOf(known)
    expect(await born(mapping, data)).toMatchObject({ inserted: 1, refused: [] })
    expect(await read()).toEqual([{ rank: 7, label: "it's new" }])
    expect(await schemaDrift(database, mapping)).toEqual([])
    const again = createSync([mapping]).keys
    for (const direction of ['backward', 'forward'] as const)
      expect(
        await database.transaction((tx) => again(tx, mapping, direction, [['1']], { heldValues: 'keep' })),
      ).toMatchObject({ updated: 0, inserted: 0, refused: [] })
  })

  test('is refused by rule where the description knows none', async () => {
    const mapping = mappingOf({ ...known, label: 'text not null default' })
    expect((await born(mapping, '{}')).refused).toMatchObject([
      { rule: 'copy(label)', why: 'would be NULL in a column that is NOT NULL' },
    ])
    expect(await read()).toEqual([])
  })

  test('is refused where something unreadable stands in the place', async () => {
    expect((await born(mappingOf(known), '{"rank": "seven"}')).refused).toMatchObject([
      { rule: 'copy(rank)', why: 'would be NULL in a column that is NOT NULL' },
    ])
  })

  test('gets what the description says, and the drift says that the table would not', async () => {
    const mapping = mappingOf({ ...known, rank: 'integer not null default 8' })
    await born(mapping, '{}')
    expect(await read()).toMatchObject([{ rank: 8 }])
    expect(await schemaDrift(database, mapping)).toMatchObject([
      { code: 'SYNC.COLUMN_DEFAULT', values: { table: 'old', column: 'rank', default: '7', expected: '8' } },
    ])
  })
})
