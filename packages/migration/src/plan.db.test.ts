import { createPoolDatabase } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { createBackfill } from '@changeover/backfill'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from './crm.fixture.ts'
import { inspect, install, measureLoss, type MappingLoss, plan, unmatchedIndexes } from './index.ts'

let fixture: CrmFixture

beforeEach(async () => {
  fixture = await createCrm()
})
afterEach(() => fixture.close())

const losses = async () => {
  const measured: MappingLoss[] = []
  for (const mapping of crm.ordered) measured.push(await measureLoss(fixture.database, mapping))
  return measured
}
const planned = async () => plan(crm, await inspect(fixture.database, crm), await losses())

test('a plan shows order, DDL and counts, and writes nothing', async () => {
  const before = await snapshot()
  const made = await planned()
  expect(made.mappings.map(({ mapping, after, loss }) => ({ mapping, after, rows: loss?.rows }))).toEqual([
    { mapping: 'Customer', after: [], rows: 9 },
    { mapping: 'Invoice', after: ['Customer'], rows: 5 },
  ])
  expect(made.steps.map(({ condition }) => condition)).toEqual([
    ...made.steps.slice(0, -1).map(() => 'missing'),
    'later',
  ])
  expect(made.steps[2]?.statements[0]).toMatch(/^CREATE UNIQUE INDEX CONCURRENTLY/)
  expect(made).toMatchObject({ problems: [], brokenRows: 0, next: { command: 'changeover install crm' } })
  expect(await snapshot()).toEqual(before)
})

test('an index that no expression of the view can stand for is listed with the reason, installed or not', async () => {
  await fixture.database.query(
    'create index by_customer on invoice (customer_id); create index by_title on invoice (title)',
  )
  const expected = [
    {
      table: 'invoice',
      index: 'by_customer',
      columns: ['customer_id'],
      why: 'its value is in other rows of the target, of which no index knows',
    },
  ]
  const before = await snapshot()
  expect(await unmatchedIndexes(fixture.database, crm, { isInstalled: false })).toEqual(expected)
  expect(await snapshot()).toEqual(before)
  await install(fixture.database, crm)
  expect(await unmatchedIndexes(fixture.database, crm, { isInstalled: true })).toEqual(expected)
})

test('a plan is data: JSON keeps all of it', async () => {
  const made = await planned()
  expect(JSON.parse(JSON.stringify(made))).toEqual(made)
})

test('an enum value outside the map, a text that is no date and a natural key that collides are counted', async () => {
  await fixture.database.query(
    `insert into customer (name, grade, born, code) values
       ('bronze', 'bronze', '1999-12-31', null), ('soon', 'gold', 'soon', null), ('odd', 'gold', '1980-1-1', null),
       ('twin', 'gold', null, 'C1'), ('twin', 'gold', null, 'C1')`,
  )
  const made = await planned()
  const loss = made.mappings[0]?.loss
  const broken = loss?.rules.filter(({ refused, changed }) => refused + changed > 0)
  expect(broken).toEqual([
    expect.objectContaining({ rule: 'map-values(grade)', refused: 1, firstKey: '10' }),
    expect.objectContaining({ rule: 'cast(born)', refused: 2, firstKey: '11' }),
  ])
  expect(loss?.collisions).toEqual([{ fields: 'code', keys: ['13', '14'], rows: 2 }])
  expect(made.brokenRows).toBe(5)
})

test('a renamed, a retyped and a missing column are problems, and the fix names them', async () => {
  await fixture.database.query(
    'alter table customer rename column grade to level; alter table party alter column title type text',
  )
  const { problems, next } = plan(crm, await inspect(fixture.database, crm), [])
  expect(problems.map(({ code }) => code)).toEqual([
    'SYNC.COLUMN_RETYPED',
    'SYNC.COLUMN_MISSING',
    'SYNC.COLUMN_UNKNOWN',
  ])
  expect(problems[1]?.message).toContain('grade')
  expect(next.why).toContain(problems[0]?.message)
})

test('what a restricted user lacks is named with the GRANT that mends it', async () => {
  const role = `restricted_${process.pid}`
  await fixture.database.query(
    `create role ${role} login password 'secret'; grant select on customer to ${role}`,
  )
  const url = new URL(fixture.url)
  url.username = role
  url.password = 'secret'
  const database = createPoolDatabase({ url: url.href })
  try {
    const { privileges } = await inspect(database, crm)
    const texts = privileges.map(({ message }) =>
      message.replaceAll(role, 'R').replace(/changeover_test\w+/, 'D'),
    )
    expect(texts.toSorted()).toEqual([
      'The user R does not own customer, on which install makes triggers or an index.',
      'The user R does not own invoice, on which install makes triggers or an index.',
      'The user R does not own party, on which install makes triggers or an index.',
      'The user R lacks CREATE on DATABASE D.',
      'The user R lacks DELETE on party.',
      'The user R lacks INSERT on party.',
      'The user R lacks SELECT on invoice.',
      'The user R lacks SELECT on party.',
      'The user R lacks UPDATE on customer.',
      'The user R lacks UPDATE on invoice.',
      'The user R lacks UPDATE on party.',
    ])
    await fixture.database.query(
      `alter table invoice enable row level security; grant update (name) on customer to ${role}`,
    )
    const after = (await inspect(database, crm)).privileges.map(({ message }) =>
      message.replaceAll(role, 'R'),
    )
    expect(after).toContain('Row-level security hides rows of invoice from R.')
    expect(after).not.toContain('The user R lacks UPDATE on customer.')
  } finally {
    await database.close()
    await fixture.database.query(`drop owned by ${role}; drop role ${role}`)
  }
})

test('the next command follows the work', async () => {
  const next = async () => (await planned()).next.command
  expect(await next()).toBe('changeover install crm')
  await install(fixture.database, crm)
  expect(await next()).toBe('changeover phase advance crm')
  await fixture.database.query(`update changeover.phase set phase = 'legacy-leads'`)
  expect(await next()).toBe('changeover backfill crm')
  await fixture.database.query(`update changeover.phase set phase = 'legacy-only'`)
  await fixture.database.query(`insert into customer (name, grade) values ('bronze', 'bronze')`)
  const backfill = createBackfill({
    database: fixture.database,
    sync: createSync(crm.mappings),
    migration: 'crm',
  })
  for (const mapping of crm.ordered) await backfill.run(mapping, { heldValues: 'overwrite' })
  await fixture.database.query(`update changeover.phase set phase = 'legacy-leads'`)
  expect(await next()).toBe('changeover install crm') // the indexes of the proxies
  await install(fixture.database, crm)
  expect(await next()).toBe('changeover quarantine crm')
  await fixture.database.query(`delete from customer where name = 'bronze'`)
  for (const mapping of crm.ordered) await backfill.retryQuarantine(mapping, { heldValues: 'overwrite' })
  expect(await next()).toBe('changeover verify crm')
})

/** Everything that a plan must not change: objects and the number of rows written since the server knows of them. */
async function snapshot() {
  const { rows } = await fixture.database.query(
    `select (select count(*) from pg_class)::int as classes, (select count(*) from pg_namespace)::int as schemas,
            (select count(*) from party)::int as parties`,
  )
  return rows
}
