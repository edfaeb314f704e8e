import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decode, encode, wireSql } from './codec.ts'
import { type ColumnType, columnType, isJson, typeText } from './column-type.ts'
import { connectHostile, type HostileClients } from './hostile-clients.fixture.ts'
import { isJsonNull } from './json-null.ts'
import { sql } from './sql.ts'
import { differsIn } from './testing/row-source.ts'
import { valuesOf } from './testing/values.ts'
import type { Value } from './value.ts'

const types = [
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'numeric(6,2)',
  'real',
  'double precision',
  'boolean',
  'text',
  'varchar(10)',
  'char(5)',
  'uuid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'json',
  'jsonb',
].map(columnType)
const seed = Number(process.env['CHANGEOVER_SEED'] ?? 20261121)

describe('the text of a value', () => {
  let hostile: HostileClients
  beforeAll(async () => {
    hostile = await connectHostile()
  })
  afterAll(() => hostile.close())

  for (const type of types)
    it(`brings ${typeText(type)} to PostgreSQL and back, under every session setting`, async () => {
      const values = [null, ...fc.sample(valuesOf(type), { numRuns: 1000, seed })]
      for (const client of hostile.clients) {
        const texts = values.map((value) => encode(type, value))
        const wire = `SELECT ${wireSql(sql`v`, type).text} AS text FROM (SELECT t::${typeText(type)} AS v, n FROM unnest($1::text[]) WITH ORDINALITY AS t (t, n)) AS t ORDER BY n`
        const { rows } = await client.query<{ text: string | null }>(wire, [texts])
        const decoded = rows.map(({ text }) => decode(type, text))
        expect(
          decoded.map((value) => plain(type, value)),
          `seed ${seed}`,
        ).toEqual(values.map((value) => plain(type, value)))
        const [a, b] = ['a', 'b'].map((name) => ({ text: `${name}::${typeText(type)}` }))
        const differ = differsIn(type, a ?? sql`NULL`, b ?? sql`NULL`)
        const same = `SELECT a, b FROM unnest($1::text[], $2::text[]) AS t (a, b) WHERE ${differ.text}`
        const changed = await client.query(same, [texts, decoded.map((value) => encode(type, value))])
        expect(changed.rows, `seed ${seed}`).toEqual([])
      }
    })

  it('keeps a JSON null apart from NULL', () => {
    expect(decode({ base: 'jsonb' }, null)).toBe(null)
    expect(isJsonNull(decode({ base: 'jsonb' }, 'null'))).toBe(true)
    expect(encode({ base: 'jsonb' }, decode({ base: 'jsonb' }, 'null'))).toBe('null')
  })

  it('keeps numbers that JavaScript cannot hold', () => {
    const text = '{"a":[12345678901234567890,1.10,0.1]}'
    expect(encode({ base: 'jsonb' }, decode({ base: 'jsonb' }, text))).toBe(text)
  })
})

/** json is compared by PostgreSQL alone; its numbers have many spellings and its keys an order. -0 is 0. */
function plain(type: ColumnType, value: Value): Value {
  if (isJson(type)) return value === null
  return value === 0 ? 0 : value
}
