import { fromPool, type Database } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { copy, defineMapping, lookup, mapValues, reference, sameKey, table } from '@changeover/mapping'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineMigration } from '../define-migration.ts'
import { audit } from './audit.ts'

const teamTable = table(
  'team',
  { id: 'bigint not null default', name: 'text not null' },
  { key: ['id'], unique: [['name']] },
)
const countryTable = table(
  'country',
  { code: 'text not null', name: 'text not null', area: 'text not null' },
  { key: ['code'] },
)
const jobFields = {
  id: 'bigint not null default',
  title: 'text not null',
  state: 'text',
  area: 'text not null',
  country: 'text',
  teamId: 'bigint',
  startsOn: 'date',
  endsOn: 'date',
} as const

const team = defineMapping({
  name: 'Team',
  legacy: teamTable,
  target: table('group', { id: 'bigint not null', name: 'text not null' }, { key: ['id'] }),
  identity: sameKey('id'),
  rules: [copy('name')],
})
const job = defineMapping({
  name: 'Job',
  legacy: table('job', jobFields, { key: ['id'], ordered: [['startsOn', 'endsOn']] }),
  target: table(
    'task',
    { ...jobFields, country: 'text', groupId: 'bigint' },
    { key: ['id'], unique: [['title']] },
  ),
  identity: sameKey('id'),
  rules: [
    copy('title', 'area', 'startsOn', 'endsOn'),
    mapValues('state', { open: 'todo', shut: 'done' }),
    lookup('country', { in: countryTable, by: { country: 'name', area: 'area' }, take: 'code' }),
    reference('teamId', team).as('groupId'),
  ],
})
const jobs = defineMigration({ name: 'jobs', targetModel: 'Task', mappings: [team, job] })

// Only the legacy side, and nothing that would keep defects out.
const schema = `
  create table team (id bigint primary key, name text);
  create table country (code text primary key, name text not null, area text not null);
  create table job (id bigint, title text, state text, area text, country text, team_id bigint, starts_on date, ends_on date);
  insert into team values (1, 'red'), (2, 'blue');
  insert into country values ('at', 'Austria', 'eu'), ('fr', 'France', 'eu');
  insert into job values (1, 'one', 'open', 'eu', 'Austria', 1, '2026-01-01', '2026-01-02'),
    (2, 'two', 'shut', 'eu', 'France', 2, '2026-01-01', null), (3, 'three', null, 'eu', null, null, null, '2026-01-01');`

let database: Database
let drop: () => Promise<void>
beforeEach(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  database = fromPool(created.pool())
  await database.query(schema)
})
afterEach(() => drop())

test('sound data has no findings; the target need not exist; nothing is written', async () => {
  expect(await audit(database, jobs)).toEqual({
    migration: 'jobs',
    verdict: 'sound',
    tables: [
      { table: 'team', side: 'legacy', rows: 2 },
      { table: 'job', side: 'legacy', rows: 3 },
      { table: 'group', side: 'target', rows: null },
      { table: 'task', side: 'target', rows: null },
    ],
    findings: [],
    unread: [],
  })
})

const job4 = (columns: string, values: string) =>
  `insert into job (id, title, area, ${columns}) values (4, 'four', 'eu', ${values})`

describe('a planted defect is found, counted and named', () => {
  test.each([
    {
      name: 'a reference that a rule follows',
      plant: job4('team_id', '9'),
      finding: { check: 'orphaned', table: 'job', of: 'team_id', rows: 1, firstKey: '9' },
    },
    {
      name: 'a reference that a foreign key which was never validated declares',
      plant: `${job4('country', 'null')}; create table area (name text primary key);
        alter table job add foreign key (area) references area not valid`,
      finding: { check: 'orphaned', of: 'area', rows: 4, firstKey: 'eu' },
    },
    {
      name: 'a required field without a value',
      plant: `insert into team values (3, null)`,
      finding: { check: 'missing', table: 'team', of: 'name', rows: 1, firstKey: '3' },
    },
    {
      name: 'values outside an enumeration, with counts for each',
      plant: `${job4('state', `'Open'`)}; insert into job (id, title, area, state) values (5, 'five', 'eu', 'odd'), (6, 'six', 'eu', 'odd')`,
      finding: {
        check: 'refused',
        of: 'state',
        rows: 3,
        firstKey: '4',
        values: [
          { value: ['odd'], rows: 2 },
          { value: ['Open'], rows: 1 },
        ],
      },
    },
    {
      name: 'a natural key that is unknown in its context',
      plant: `insert into job (id, title, area, country) values (4, 'four', 'asia', 'Austria')`,
      finding: { check: 'refused', of: 'country, area', values: [{ value: ['Austria', 'asia'], rows: 1 }] },
    },
    {
      name: 'a start after its end',
      plant: job4('starts_on, ends_on', `'2026-02-01', '2026-01-31'`),
      finding: { check: 'out of order', of: 'startsOn, endsOn', rows: 1, firstKey: '4' },
    },
    {
      name: 'a name that is described as unique and stands twice',
      plant: `insert into team values (3, 'red')`,
      finding: {
        check: 'duplicate',
        of: 'name',
        rows: 2,
        firstKey: '1',
        values: [{ value: ['red'], rows: 2 }],
      },
    },
    {
      name: 'a key that stands twice',
      plant: `insert into job (id, title, area) values (3, 'again', 'eu')`,
      finding: { check: 'duplicate', of: 'id', rows: 2, firstKey: '3' },
    },
    {
      name: 'rows that would be one on the target',
      plant: `insert into job (id, title, area) values (4, 'one', 'eu')`,
      finding: { check: 'collision', of: 'title', rows: 2, firstKey: '1' },
    },
  ])('$name', async ({ plant, finding }) => {
    await database.query(plant)
    const { verdict, findings } = await audit(database, jobs)
    expect(verdict).toBe('findings')
    expect(findings).toMatchObject([finding])
    expect(findings[0]?.problem).toMatchObject({
      code: expect.stringMatching(/^MIGRATION\./),
      fix: expect.stringMatching(/\.$/),
    })
  })
})

test('of many values the most frequent are listed, and all are counted', async () => {
  await database.query(`insert into job (id, title, area, state) select 10 + n, 'job ' || n, 'eu', 'odd ' || n % 50 from generate_series(0, 149) as n;
    update job set state = 'odd 7' where id = 10`)
  const { findings } = await audit(database, jobs)
  expect(findings).toMatchObject([{ rows: 150, firstKey: '10' }])
  expect(findings[0]?.values).toHaveLength(20)
  expect(findings[0]?.values[0]).toEqual({ value: ['odd 7'], rows: 4 })
})

test('what cannot be read makes the audit inconclusive, and the rest is still looked at', async () => {
  await database.query(`insert into team values (3, 'red'); drop table country`)
  const { verdict, unread, findings } = await audit(database, jobs)
  expect(verdict).toBe('inconclusive')
  expect(unread).toMatchObject([
    { code: 'MIGRATION.ROWS_UNREAD', message: expect.stringMatching(/Job.*country/) },
  ])
  expect(findings).toMatchObject([{ check: 'duplicate', of: 'name' }])
})
