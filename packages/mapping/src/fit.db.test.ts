import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encode } from './codec.ts'
import { type ColumnType, columnType, isText, typeText } from './column-type.ts'
import { fit, type Fit } from './fit.ts'
import { connectHostile, type HostileClients } from './hostile-clients.fixture.ts'
import { type Sql, sql } from './sql.ts'
import { differsIn } from './testing/row-source.ts'
import { valuesOf } from './testing/values.ts'
import type { Value } from './value.ts'

const types = [
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'numeric(6,2)',
  'numeric(4,4)',
  'numeric(18,0)',
  'numeric(30,12)',
  'real',
  'double precision',
  'boolean',
  'text',
  'varchar',
  'varchar(10)',
  'varchar(40)',
  'char(5)',
  'char(40)',
  'uuid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'json',
  'jsonb',
].map(columnType)
const seed = Number(process.env['CHANGEOVER_SEED'] ?? 20261121)
const rows = 60

describe('a fit', () => {
  let hostile: HostileClients
  beforeAll(async () => {
    hostile = await connectHostile()
  })
  afterAll(() => hostile.close())

  for (const from of types)
    it(`carries ${typeText(from)} the same in SQL and in rows, under every session setting`, async () => {
      for (const to of types) {
        const there = fit(from, to)
        const back = fit(to, from)
        expect(!!there, `${typeText(from)} → ${typeText(to)} has a way back`).toBe(!!back)
        if (!there || !back) continue
        const values = fc.sample(inputsOf(from, to), { numRuns: rows, seed })
        const broken = await Promise.all(
          hostile.clients.map((client) => compare(client, { from, to, there, back }, values)),
        )
        expect(broken.flat().slice(0, 3), `${typeText(from)} → ${typeText(to)}, seed ${seed}`).toEqual([])
      }
    })
})

/** Text is tried with the spelling of what it should become, too. */
function inputsOf(from: ColumnType, to: ColumnType): fc.Arbitrary<Value> {
  const back = fit(to, from)
  if (!isText(from) || !back) return valuesOf(from)
  return fc.oneof(
    valuesOf(from),
    valuesOf(to).map((value) => back.row(value) ?? ''),
  )
}

interface Way {
  readonly from: ColumnType
  readonly to: ColumnType
  readonly there: Fit
  readonly back: Fit
}

async function compare(
  client: pg.PoolClient,
  { from, to, there, back }: Way,
  values: readonly Value[],
): Promise<unknown[]> {
  const v = sql`v`
  const accepts = there.accepts?.sql(v) ?? sql`TRUE`
  const wrong: readonly (readonly [string, Sql])[] = [
    ['another value', differs(to, there.sql(v), { text: `expected::${typeText(to)}` })],
    ['another acceptance', sql`${accepts} IS DISTINCT FROM accepted`],
    ['not NULL where refused', sql`NOT accepted AND ${there.sql(v)} IS NOT NULL`],
    ['lost on the way back', sql`accepted AND ${differsIn(from, back.sql(there.sql(v)), v)}`],
    ['refused on the way back', sql`accepted AND NOT ${back.accepts?.sql(there.sql(v)) ?? sql`TRUE`}`],
  ]
  const picked = wrong.map(([name, when]) => `CASE WHEN ${when.text} THEN '${name}' END`).join(', ')
  const statement = `SELECT given, expected, accepted, (${there.sql(v).text})::text AS got, concat_ws(', ', ${picked}) AS wrong
    FROM (SELECT given::${typeText(from)} AS v, * FROM unnest($1::text[], $2::text[], $3::boolean[]) AS t (given, expected, accepted)) AS t`
  const given = [...values, null]
  const result = await client.query(`SELECT * FROM (${statement}) AS t WHERE wrong <> ''`, [
    given.map((value) => encode(from, value)),
    given.map((value) => encode(to, there.row(value))),
    given.map((value) => there.accepts?.row(value) ?? true),
  ])
  return result.rows
}

/** The twins must spell numbers alike as well: 1.10 is not 1.1. */
function differs(type: ColumnType, left: Sql, right: Sql): Sql {
  return type.base === 'numeric'
    ? sql`(${left})::text IS DISTINCT FROM (${right})::text`
    : differsIn(type, left, right)
}
