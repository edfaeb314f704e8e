import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileRules } from './compile.ts'
import { sameKey } from './identity.ts'
import { copy } from './kinds/copy.ts'
import { mapValues } from './kinds/map-values.ts'
import { defineMapping } from './mapping.ts'
import { subqueryScope } from './scope.ts'
import { table } from './table.ts'

const mapping = defineMapping({
  name: 'Page',
  legacy: table('page_old', { id: 'bigint not null', state: 'text', body: 'json' }, { key: ['id'] }),
  target: table('page_new', { id: 'bigint not null', state: 'text', body: 'json' }, { key: ['id'] }),
  identity: sameKey('id'),
  rules: [mapValues('state', { open: 'open' }, { backward: { waiting: 'open' } }), copy('body')],
})

let database: Awaited<ReturnType<typeof createTestDatabase>>
let pool: ReturnType<typeof database.pool>
beforeAll(async () => {
  database = await createTestDatabase()
  pool = database.pool()
})
afterAll(() => database.drop())

/** What the compiled rule says of a legacy and a target value. */
async function judge(index: number, legacy: string | null, target: string | null) {
  const [state, body] = compileRules(mapping, 'forward', {
    legacy: 'l',
    target: 't',
    scope: subqueryScope(mapping),
  })
  const rule = index === 0 ? state : body
  const type = index === 0 ? 'text' : 'json'
  const column = index === 0 ? 'state' : 'body'
  const { rows } = await pool.query(
    `SELECT (${rule?.differs.text}) AS differs, (${rule?.held?.text ?? 'NULL::boolean'}) AS held
     FROM (SELECT $1::${type} AS ${column}) AS l, (SELECT $2::${type} AS ${column}) AS t`,
    [legacy, target],
  )
  return rows[0]
}

test('a value that reads as what legacy has is held', async () => {
  expect(await judge(0, 'open', 'waiting')).toEqual({ differs: true, held: true })
  expect(await judge(0, null, 'waiting')).toEqual({ differs: true, held: false })
})

test('a value without a reading is not held where legacy has NULL', async () => {
  expect(await judge(0, null, 'garbage')).toEqual({ differs: true, held: false })
  expect(await judge(0, null, null)).toEqual({ differs: false, held: true })
})

test('json is compared by what it says, and as text where jsonb cannot hold it', async () => {
  expect(await judge(1, '{"a":1,"b":2}', '{"b":2,"a":1.0}')).toMatchObject({ differs: false })
  expect(await judge(1, '{"a":"\\u0000"}', '{"a":"\\u0000"}')).toMatchObject({ differs: false })
  expect(await judge(1, '{"a":"\\u0000"}', '{"a":""}')).toMatchObject({ differs: true })
  expect(await judge(1, null, 'null')).toMatchObject({ differs: true })
})
