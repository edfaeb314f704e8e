import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { type EntityProperty, MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { migrate } from '../migrate.ts'
import { ormOptions } from '../orm-options.ts'
import { generateStaffTasks } from './generate-staff-tasks.ts'
import { seedWorkItems } from './seed-work-items.ts'

const tables = ['staff_task', 'project_workflow', 'event']
const links = [
  'staff_task_assignees',
  'staff_task_teams',
  'event_organizations',
  'event_co_organizers',
  'event_facilitators',
]

// Discovery alone: nothing connects.
const metadata = new MikroORM({ ...ormOptions, dbName: 'none' }).getMetadata()
const columns = [...metadata.getAll().values()]
  .filter((entity) => tables.includes(entity.tableName))
  .flatMap((entity) =>
    entity.props
      .filter(({ kind, formula }) => formula === undefined && (kind === 'scalar' || kind === 'm:1'))
      .map((property) => [entity.tableName, property.fieldNames[0]!, property] as const),
  )
const columnsWith = (claim: (property: EntityProperty) => boolean) =>
  columns
    .filter(([, , property]) => claim(property))
    .map(([table, column, { items }]) => ({ table, column, items }))

describe('the sample data', () => {
  let test_: Awaited<ReturnType<typeof createTestDatabase>>
  let database: Database

  beforeAll(async () => {
    test_ = await createTestDatabase()
    await migrate(test_.url)
    database = fromPool(test_.pool())
    await seedWorkItems(database)
  })

  afterAll(() => test_.drop())

  const ask = async <Row extends object>(text: string): Promise<readonly Row[]> =>
    (await database.query<Row>(text)).rows
  const count = async (from: string): Promise<number> =>
    (await ask<{ count: number }>(`select count(*)::int as count from ${from}`))[0]!.count
  const fingerprint = async (of: Database, table: string): Promise<unknown> =>
    (await of.query(`select md5(string_agg(t::text, '|' order by t::text)) as md5 from ${table} t`)).rows[0]

  test('has 150 tasks, 25 projects and 200 events, all linked to people', async () => {
    expect(await count('staff_task')).toBe(150)
    expect(await count('project_workflow')).toBe(25)
    expect(await count('event')).toBe(200)
    for (const table of links) expect(await count(table)).toBeGreaterThan(30)
  })

  test.each(columnsWith((property) => property.items !== undefined))(
    'has every value of $table.$column',
    async ({ table, column, items }) => {
      const rows = await ask<{ value: string }>(`select distinct ${column} as value from ${table}`)
      expect(new Set(rows.map((row) => row.value))).toEqual(new Set(items))
    },
  )

  test.each(columnsWith((property) => property.nullable === true))(
    'has null and not null in $table.$column',
    async ({ table, column }) => {
      expect(await count(`${table} where ${column} is null`)).toBeGreaterThan(0)
      expect(await count(`${table} where ${column} is not null`)).toBeGreaterThan(0)
    },
  )

  test.each(columnsWith((property) => property.default === ''))(
    'has empty and filled texts in $table.$column',
    async ({ table, column }) => {
      expect(await count(`${table} where ${column} = ''`)).toBeGreaterThan(0)
      expect(await count(`${table} where ${column} <> ''`)).toBeGreaterThan(0)
    },
  )

  test.each(columnsWith((property) => property.columnTypes[0] === 'boolean'))(
    'has true and false in $table.$column',
    async ({ table, column }) => {
      expect(await count(`(select distinct ${column} from ${table}) as seen`)).toBe(2)
    },
  )

  test.each([
    ['a key above 2^53', 'staff_task where id > 9007199254740992'],
    ['a JSON number above 2^53', `staff_task where geographic_scope ->> 'big' = '9007199254740993'`],
    ['a JSON number with scale', `staff_task where geographic_scope ->> 'scale' = '1.50'`],
    ["JSON's own null", `event where coordinates = 'null'`],
    ['a leap day', `staff_task where due_date = '2024-02-29' or start_date = '2024-02-29'`],
    ['the year 1', `staff_task where extract(year from due_date) = 1`],
    ['the year 9999', `event where extract(year from end_datetime at time zone 'Asia/Manila') = 9999`],
    ['midnight in Manila', `event where (start_datetime at time zone 'Asia/Manila')::time = '00:00'`],
    [
      'the last microsecond of a day in Manila',
      `event where (end_datetime at time zone 'Asia/Manila')::time = '23:59:59.999999'`,
    ],
    ['a combining character', `staff_task where title <> normalize(title, nfc)`],
    ['a backslash', `event where title like '%\\\\%'`],
    ['a title of full length', `staff_task where length(title) = 255`],
    ['an amount with trailing zeros', `project_workflow where estimated_budget::text like '%.50'`],
    [
      'a task linked to an event and a project',
      'staff_task where linked_event_id is not null and linked_workflow_id is not null',
    ],
    [
      'an event below another and of a project',
      'event where parent_event_id is not null and related_project_id is not null',
    ],
    ['a blocked project that is off track', 'project_workflow where is_blocked and not is_on_track'],
  ])('has %s', async (_, from) => {
    expect(await count(from)).toBeGreaterThan(0)
  })

  test('has recurrences and events of one level only', async () => {
    expect(await count('staff_task where recurrence_parent_id is not null')).toBe(20)
    expect(
      await count(`staff_task child join staff_task parent on parent.id = child.recurrence_parent_id
        where parent.recurrence_parent_id is not null`),
    ).toBe(0)
    expect(await count('event where parent_event_id is not null')).toBe(30)
    expect(
      await count(`event child join event parent on parent.id = child.parent_event_id
        where parent.parent_event_id is not null`),
    ).toBe(0)
  })

  test('fits the hierarchy of the target in one statement', async () => {
    await database.query(`
      insert into work_item (id, work_type, title, parent_id)
      select id, 'project', title, null from project_workflow
      union all
      select id, case when parent_event_id is null then 'activity' else 'sub_activity' end, title,
        coalesce(parent_event_id, related_project_id)
      from event
      union all
      select md5('twin ' || id)::uuid, case when recurrence_parent_id is null then 'task' else 'subtask' end, title,
        coalesce(md5('twin ' || recurrence_parent_id)::uuid, linked_workflow_id, linked_event_id)
      from staff_task`)
    expect(await count('work_item')).toBe(375)
  })

  test('is left alone where there is some already', async () => {
    const before = await fingerprint(database, 'staff_task')
    expect(await seedWorkItems(database)).toBe(false)
    expect(await fingerprint(database, 'staff_task')).toEqual(before)
  })

  test('is the same in every database', async () => {
    const other = await createTestDatabase()
    try {
      await migrate(other.url)
      const twin = fromPool(other.pool())
      expect(await Promise.all([seedWorkItems(twin), seedWorkItems(twin)])).toContain(false)
      for (const table of [...tables, ...links, 'app_user'])
        expect(await fingerprint(twin, table)).toEqual(await fingerprint(database, table))
    } finally {
      await other.drop()
    }
  })

  test('lets the next task have the next key', async () => {
    const [row] = await ask<{ id: string }>(
      "insert into staff_task (title) values ('next') returning id::text",
    )
    expect(row).toEqual({ id: '150' })
  })

  test('grows by as many tasks as a measurement needs, about one assignee each', async () => {
    const before = { tasks: await count('staff_task'), assignees: await count('staff_task_assignees') }
    await generateStaffTasks(database, 2000)
    expect(await count('staff_task')).toBe(before.tasks + 2000)
    const added = (await count('staff_task_assignees')) - before.assignees
    expect(added).toBeGreaterThan(1900)
    expect(added).toBeLessThan(2100)
  })
})
