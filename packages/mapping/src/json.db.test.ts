import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encode } from './codec.ts'
import { type ColumnType, columnType, isJson, typeText } from './column-type.ts'
import { connectHostile, type HostileClients } from './hostile-clients.fixture.ts'
import { fit } from './fit.ts'
import { fromJsonRow, fromJsonSql, toJsonRow, toJsonSql } from './json.ts'
import { type Sql, sql } from './sql.ts'
import { nastyValues } from './testing/nasty-values.ts'
import { differsIn } from './testing/row-source.ts'
import { valuesOf } from './testing/values.ts'
import type { Json } from './value.ts'

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

describe('a value in JSON', () => {
  let hostile: HostileClients
  beforeAll(async () => {
    hostile = await connectHostile()
  })
  afterAll(() => hostile.close())

  async function wrongRows(
    from: string,
    columns: readonly (readonly string[])[],
    checks: Readonly<Record<string, Sql>>,
    params: unknown[],
  ) {
    const names = columns.map(([name]) => name).join(', ')
    const typed = columns.map(([name, type]) => `${name}::${type}`).join(', ')
    const wrong = Object.entries(checks).map(([name, when]) => `CASE WHEN ${when.text} THEN '${name}' END`)
    const arrays = columns.map((_column, index) => `$${index + 1}::text[]`).join(', ')
    const statement = `SELECT *, ${from} AS got, concat_ws(', ', ${wrong.join(', ')}) AS wrong
      FROM (SELECT ${typed} FROM unnest(${arrays}) AS t (${names})) AS t`
    const results = await Promise.all(
      hostile.clients.map((client) =>
        client.query(`SELECT * FROM (${statement}) AS t WHERE wrong <> ''`, params),
      ),
    )
    return results.flatMap(({ rows }) => rows).slice(0, 3)
  }

  for (const type of types)
    it(`keeps ${typeText(type)} exactly, the same in SQL and in rows`, async () => {
      const values = [null, ...fc.sample(valuesOf(type), { numRuns: 300, seed })]
      const json = toJsonSql(sql`v`, type)
      const checks = {
        'another text': sql`(${json})::text IS DISTINCT FROM expected::text`,
        'lost on the way back': sql`(${json}) IS NOT NULL AND ${differsIn(type, fromJsonSql(json, type), sql`v`)}`,
        'lost on the way there': sql`v IS NOT NULL AND (${json}) IS NULL AND NOT ${refused(type)}`,
        'not absent where NULL': sql`v IS NULL AND (${json}) IS NOT NULL`,
      }
      const made = values.map((value) => toJsonRow(value, type))
      const params = [values.map((value) => encode(type, value)), made.map(textOf)]
      const columns = [
        ['v', typeText(type)],
        ['expected', 'jsonb'],
      ]
      expect(await wrongRows(json.text, columns, checks, params), `seed ${seed}`).toEqual([])
      const back = values.map((value, index) => [
        encode(type, fromJsonRow(made[index], type)),
        encode(type, value),
      ])
      if (!isJson(type))
        expect(back.filter(([again, given]) => again !== given && given !== '-0')).toEqual([])
    })

  for (const type of types)
    it(`reads ${typeText(type)} from any JSON, the same in SQL and in rows, or as NULL`, async () => {
      const values = [undefined, ...fc.sample(jsonFor(type), { numRuns: 600, seed })]
      const read = fromJsonSql(sql`v`, type)
      const params = [values.map(textOf), values.map((value) => encode(type, fromJsonRow(value, type)))]
      const columns = [
        ['v', 'jsonb'],
        ['expected', typeText(type)],
      ]
      const checks = { 'another value': differsIn(type, read, sql`expected`) }
      expect(await wrongRows(`(${read.text})::text`, columns, checks, params), `seed ${seed}`).toEqual([])
    })
})

/** JSON that could be meant for the type, and JSON that could not. */
function jsonFor(type: ColumnType): fc.Arbitrary<Json> {
  const own = valuesOf(type).map((value) => toJsonRow(value, type) ?? null)
  const strings = valuesOf({ base: 'text' }).map(String)
  const numbers = fc.constantFrom<Json>(
    ...[...nastyValues.numeric, ...nastyValues['double precision']]
      .filter(isNumber)
      .map((digits) => JSON.rawJSON(String(digits))),
  )
  return fc.oneof(own, strings, numbers, valuesOf({ base: 'jsonb' }) as fc.Arbitrary<Json>, respelled(own))
}

function isNumber(value: unknown): boolean {
  return /^-?[0-9.]+(e[-+]?[0-9]+)?$/.test(String(value))
}

/** Dates and times as others write them. */
function respelled(values: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const offsets = fc.constantFrom('', 'Z', '+00', '+02:00', '-0330', '+14:00', '-05', '+15:00', '+99:99')
  const endings = fc.constantFrom('', '.000', '.1', '.120000', '.1234567', ':00')
  return fc.tuple(values, offsets, endings, fc.boolean()).map(([value, offset, ending, hasT]) => {
    if (typeof value !== 'string') return JSON.stringify(value)
    const [, date = '', time = '', era = ''] = /^(\d*-?\d*-?\d*)[T ]?(\d\d:\d\d)?.*?( BC)?$/.exec(value) ?? []
    return `${date}${hasT ? 'T' : ' '}${time}${ending}${offset}${era}`.trim()
  })
}

function textOf(json: Json | undefined): string | null {
  return json === undefined ? null : JSON.stringify(json)
}

/** What json holds and jsonb cannot. */
function refused(type: ColumnType): Sql {
  const accepts = type.base === 'json' ? fit(type, { base: 'jsonb' })?.accepts : undefined
  return accepts ? sql`(NOT ${accepts.sql(sql`v`)})` : sql`FALSE`
}
