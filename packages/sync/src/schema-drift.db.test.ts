import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { copy, defineMapping, links, sameKey, table } from '@changeover/mapping'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { schemaDrift, schemaFingerprint } from './index.ts'

const link = (name: string, owner: string) => ({
  table: table(name, { [owner]: 'bigint not null', tag: 'text not null' }, { key: [owner, 'tag'] }),
  owner,
  values: ['tag'],
})
const mapping = defineMapping({
  name: 'Task',
  legacy: table(
    'task',
    { id: 'bigint not null', title: 'varchar(20) not null', note: 'text' },
    { key: ['id'] },
  ),
  target: table(
    'item',
    { id: 'bigint not null', title: 'varchar(40) not null', note: 'text' },
    { key: ['id'] },
  ),
  identity: sameKey('id'),
  rules: copy('title', 'note'),
  links: [links('tags', link('task_tag', 'task'), link('item_tag', 'item'))],
})

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase
const close = async () => {
  await database?.close()
  await home?.drop()
}

beforeEach(async () => {
  await close()
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url })
  await database.query(`
    create domain remark as text;
    create table task (id bigint primary key, title varchar(20) not null, note remark);
    create table item (id bigint primary key, title varchar(40) not null, note text, made_at timestamptz not null default now());
    create table task_tag (task bigint not null, tag text not null);
    create table item_tag (item bigint not null, tag text not null);`)
})
afterAll(close)

const drift = async () =>
  (await schemaDrift(database, mapping)).map(({ code, message }) => `${code}: ${message}`)

test('tables that are what the mapping says have no drift, whatever else the target has', async () => {
  expect(await drift()).toEqual([])
})

test.each([
  ['alter table task drop column note', 'SYNC.COLUMN_MISSING: task.note is gone.'],
  ['alter table task rename note to remark', 'SYNC.COLUMN_MISSING: task.note is gone (renamed to remark?).'],
  ['alter table task alter title type varchar(30)', 'varchar(30), where the mapping says varchar(20)'],
  ['alter table item alter note type jsonb using null', 'item.note is jsonb, where the mapping says text'],
  ['alter table task alter title drop not null', 'task.title can be NULL, where the mapping says NOT NULL'],
  [
    'alter table item alter note set not null',
    'item.note is NOT NULL, where the mapping says it can be NULL',
  ],
  ['alter table task add due interval', 'SYNC.COLUMN_UNKNOWN: task.due (interval) is unknown to the mapping'],
  ['alter table item add kind text not null', 'item.kind (text) is unknown to the mapping'],
  [
    'alter table task_tag alter tag type varchar(9)',
    'task_tag.tag is varchar(9), where the mapping says text',
  ],
  ['drop table item', 'SYNC.TABLE_MISSING: Task speaks of the table item, which is not there.'],
])('FM-56: %s is named and changes the fingerprint', async (ddl, expected) => {
  const before = await schemaFingerprint(database, mapping)
  await database.query(ddl)
  expect((await drift())[0]).toContain(expected)
  expect(await schemaFingerprint(database, mapping)).not.toBe(before)
})

test('what cannot matter changes nothing: an index, a default, a new optional column of the target', async () => {
  const before = await schemaFingerprint(database, mapping)
  await database.query(`
    create index on task (note);
    alter table task alter note set default 'x';
    alter table item add extra text;`)
  expect(await drift()).toEqual([])
  expect(await schemaFingerprint(database, mapping)).toBe(before)
})

test('a legacy column that is left out by name has no drift, unless a new row would need it', async () => {
  const without = { ...mapping, legacy: { ...mapping.legacy, leftOut: { photo: 'bytes stay' } } }
  await database.query('alter table task add photo bytea')
  expect((await schemaDrift(database, mapping)).map(({ code }) => code)).toEqual(['SYNC.COLUMN_UNKNOWN'])
  expect(await schemaDrift(database, without)).toEqual([])
  await database.query('alter table task alter photo set not null')
  expect((await schemaDrift(database, without)).map(({ code }) => code)).toEqual(['SYNC.COLUMN_UNKNOWN'])
})

test('a view in the place of the legacy table is read like a table', async () => {
  await database.query(
    'alter table task rename to old_task; create view task as select id, title, note from old_task',
  )
  expect(await drift()).toEqual([])
})
