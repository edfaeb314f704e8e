import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { copy, defineMapping, sameKey, table } from '@changeover/mapping'
import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defineMigration } from '../define-migration.ts'
import { backup } from './backup.ts'
import { canDump } from './pg-dump.ts'
import { restore } from './restore.ts'

const item = { id: 'bigint not null default', note: 'text' } as const
const items = defineMigration({
  name: 'items',
  targetModel: 'Item',
  mappings: [
    defineMapping({
      name: 'Item',
      legacy: table('item', item, { key: ['id'] }),
      target: table('thing', item, { key: ['id'] }),
      identity: sameKey('id'),
      rules: [copy('note')],
    }),
  ],
})

// A parent that no mapping names, a row that refers to another one, a trigger that would spoil a copy, a generated column.
const schema = `
  create table owner (id int primary key, "odd ""name" text);
  create table item (id bigint generated always as identity primary key, owner int references owner, parent bigint references item,
    note text, amount numeric, ratio float8, at timestamptz, data jsonb, bytes bytea, twice text generated always as (note || note) stored);
  create table thing (id bigint primary key, note text);
  create function spoil() returns trigger language plpgsql as $$ begin new.note = 'spoilt'; return new; end $$;`
const triggers = `create trigger spoil before insert on item for each row execute function spoil();
  alter table item enable always trigger spoil;`
const rows = `
  insert into owner values (1, 'a "quoted", comma
and line'), (2, null);
  insert into item (id, owner, parent, note, amount, ratio, at, data, bytes) overriding system value values
    (7, 1, 9, '', 1.50, 0.1, '2026-03-29 01:30:00.123456+00', '{"a": [1, null]}', '\\x00ff'),
    (9, 2, null, null, null, 'NaN', 'infinity', 'null', null), (11, null, 11, '\\.', -0.0, -0.0, null, null, '');
  select setval('item_id_seq', 41);
  insert into thing select n, 'thing ' || n from generate_series(1, 1000) as n;`

let source: TestDatabase
let other: TestDatabase
let from: Pool
let to: Pool
let folder: string

const nowhere = { path: '/nonexistent' } as const
const taken = () => backup(items, { url: source.url, folder, programs: nowhere })
const restored = () => restore(items, { url: other.url, folder, programs: nowhere })

beforeEach(async () => {
  source = await createTestDatabase()
  other = await createTestDatabase()
  from = source.pool()
  to = other.pool()
  folder = join(mkdtempSync(join(tmpdir(), 'changeover-backup-')), 'of-today')
  await from.query(`${schema} ${rows} ${triggers}`)
  await to.query(`${schema} ${triggers}`)
})
afterEach(async () => {
  await source.drop()
  await other.drop()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

/** Everything of a table, as text. */
async function contents(pool: Pool, name: string): Promise<readonly unknown[]> {
  const found = await pool.query({ text: `select r::text from ${name} as r order by 1`, rowMode: 'array' })
  return found.rows.flat()
}

test('a backup restored into another database has the same rows, counts and checksums', async () => {
  const manifest = await taken()
  expect(manifest.tables.map(({ name, rows: count }) => [name, count])).toEqual([
    ['owner', 2],
    ['item', 3],
    ['thing', 1000],
  ])
  expect(await restored()).toMatchObject({ rows: 1005, manifest: { migration: 'items', dump: null } })
  for (const name of ['owner', 'item', 'thing'])
    expect(await contents(to, name)).toEqual(await contents(from, name))
})

test('CSV tells an empty text from NULL, and has a header', async () => {
  await taken()
  const [header, first, second] = readFileSync(join(folder, 'public.item.csv'), 'utf8').split('\n')
  expect(header).toBe('id,owner,parent,note,amount,ratio,at,data,bytes')
  expect(first).toMatch(/^7,1,9,"",1\.50,0\.1,/)
  expect(second).toMatch(/^9,2,,,,NaN,infinity,null,$/)
})

test('sequences go on where they were, and triggers are as they were', async () => {
  await taken()
  await restored()
  const { rows: made } = await to.query(`insert into item (note) values ('new') returning id::int, note`)
  expect(made).toEqual([{ id: 42, note: 'spoilt' }])
  const { rows: states } = await to.query(`select tgenabled from pg_trigger where tgname = 'spoil'`)
  expect(states).toEqual([{ tgenabled: 'A' }])
})

test('all tables are of one snapshot, whatever is written meanwhile', async () => {
  await backup(items, {
    url: source.url,
    folder,
    programs: nowhere,
    onTable: (name) => {
      if (name === 'item')
        void from.query(`delete from thing where id > 500; insert into owner values (3, 'late')`)
    },
  })
  expect(await restored()).toMatchObject({ rows: 1005 })
})

test('a file that has changed since is refused, and nothing is restored', async () => {
  await taken()
  appendFileSync(join(folder, 'public.thing.csv'), '1001,planted\n')
  await expect(restored()).rejects.toMatchObject({ code: 'MIGRATION.BACKUP_DAMAGED' })
  expect(await contents(to, 'owner')).toEqual([])
})

test('rows that come out differently are refused, and nothing is kept', async () => {
  await taken()
  await to.query('alter table item alter column amount type numeric(6, 1)')
  await expect(restored()).rejects.toMatchObject({
    code: 'MIGRATION.RESTORE_DIFFERS',
    values: { table: '"public"."item"' },
  })
  expect(await contents(to, 'owner')).toEqual([])
  await to.query('alter table item drop constraint item_owner_fkey, alter column amount type numeric')
  expect(await restored()).toMatchObject({ rows: 1005 })
})

test('nothing is overwritten: neither a folder nor a table', async () => {
  await taken()
  await expect(taken()).rejects.toMatchObject({ code: 'MIGRATION.BACKUP_FOLDER_TAKEN' })
  await to.query(`insert into thing values (1, 'mine')`)
  await expect(restored()).rejects.toMatchObject({ code: 'MIGRATION.RESTORE_TABLE_FULL' })
  expect(await contents(to, 'thing')).toEqual(['(1,mine)'])
})

test('a missing table is named, and so is a folder that is no backup', async () => {
  await expect(restored()).rejects.toMatchObject({ code: 'MIGRATION.BACKUP_UNREADABLE' })
  await taken()
  await expect(
    restore({ name: 'others' }, { url: other.url, folder, programs: nowhere }),
  ).rejects.toMatchObject({
    code: 'MIGRATION.BACKUP_UNREADABLE',
  })
  await to.query('drop table thing')
  await expect(restored()).rejects.toMatchObject({
    code: 'MIGRATION.RESTORE_TABLE_MISSING',
    values: { tables: '"public"."thing"' },
  })
})

test('rows that a policy hides make the backup fail instead of being left out', async () => {
  await from.query(`alter table thing enable row level security; alter table thing force row level security;
    create role "reader_${source.name}" login password 'reads' in role pg_read_all_data`)
  try {
    const url = new URL(source.url)
    url.username = `reader_${source.name}`
    url.password = 'reads'
    await expect(backup(items, { url: url.href, folder, programs: nowhere })).rejects.toMatchObject({
      code: 'DATABASE.PRIVILEGE_MISSING',
    })
  } finally {
    await from.query(`drop owned by "reader_${source.name}"; drop role "reader_${source.name}"`)
  }
})

test.each([
  ['older than the server', '14.9', 15, false],
  ['as new as the server', '15.18 (Debian 15.18-0+deb12u1)', 15, true],
  ['newer than the server', '18beta1', 15, true],
])('a pg_dump is used where it can read the server: %s', async (_name, version, server, can) => {
  mkdirSync(folder)
  writeFileSync(join(folder, 'pg_dump'), `#!/bin/sh\necho "pg_dump (PostgreSQL) ${version}"\n`, {
    mode: 0o755,
  })
  expect(await canDump({ path: folder }, server)).toBe(can)
  expect(await canDump(nowhere, server)).toBe(false)
})
