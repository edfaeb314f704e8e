import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { instantOf, instantSql, localOf, localSql } from './local-time.ts'
import { sql } from './sql.ts'

const zones = [
  'Asia/Manila',
  'Europe/Berlin',
  'America/New_York',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Africa/Monrovia',
  'Pacific/Apia',
  'UTC',
]

let database: Awaited<ReturnType<typeof createTestDatabase>>
let pool: ReturnType<typeof database.pool>
beforeAll(async () => {
  database = await createTestDatabase()
  pool = database.pool()
})
afterAll(() => database.drop())

/** Runs in an awkward session zone, and gives text as UTC. */
async function ask(text: string, values: readonly unknown[]) {
  const client = await pool.connect()
  try {
    await client.query(`SET TimeZone = 'America/Caracas'`)
    return (await client.query<Record<string, string | null>>(text, [...values])).rows
  } finally {
    client.release(true)
  }
}

const second = 1000
const day = 86_400 * second
const micros = fc.integer({ min: 0, max: 999_999 })
const era = (from: string, to: string) =>
  fc.integer({ min: Date.parse(from) / second, max: Date.parse(to) / second })
const seconds = fc.oneof(
  era('2015-01-01T00:00:00Z', '2035-01-01T00:00:00Z'),
  era('1840-01-01T00:00:00Z', '1990-01-01T00:00:00Z'),
  era('2035-01-01T00:00:00Z', '2200-01-01T00:00:00Z'),
  fc.integer({ min: -(4713 + 1970) * 366 * 86_400, max: 294_300 * 31_556_952 }),
)

it('is what PostgreSQL says, of any instant in any session zone', async () => {
  const samples = fc.sample(fc.tuple(seconds, micros), { numRuns: 1500, seed: 1 })
  const rows = await ask(
    `WITH given AS (SELECT i, to_timestamp_us.at FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS u(s, us, i),
       LATERAL (SELECT CASE WHEN s BETWEEN -210863000000 AND 9224310000000 THEN '1970-01-01 00:00:00+00'::timestamptz
         + make_interval(days => (s / 86400)::int, secs => (s % 86400)::int + us / 1000000.0) END AS at) AS to_timestamp_us)
     SELECT (at AT TIME ZONE 'UTC')::text AS at, ${zones
       .map((zone, index) => {
         const local = localSql(sql`at`, zone).text
         const back = instantSql(sql`(${{ text: local }})::date`, sql`(${{ text: local }})::time`, zone).text
         return `(${local})::date::text AS d${index}, (${local})::time::text AS t${index}, ((${back}) AT TIME ZONE 'UTC')::text AS b${index}`
       })
       .join(', ')} FROM given WHERE at IS NOT NULL ORDER BY i`,
    [samples.map(([s]) => s), samples.map(([, us]) => us)],
  )
  expect(rows.length).toBeGreaterThan(1000)
  for (const row of rows) {
    const at = utc(row.at ?? '')
    zones.forEach((zone, index) => {
      const local = localOf(at, zone)
      const ours = {
        at,
        zone,
        date: local?.date ?? null,
        time: local?.time ?? null,
        back: (local && instantOf(local, zone)) ?? null,
      }
      const back = row[`b${index}`]
      const theirs = {
        at,
        zone,
        date: row[`d${index}`],
        time: row[`t${index}`],
        back: back ? utc(back) : back,
      }
      expect(ours).toEqual(theirs)
    })
  }
})

it('gives the instant that PostgreSQL gives, in gaps and folds too', async () => {
  const stamps = zones.flatMap((_zone, index) =>
    fc.sample(fc.integer({ min: 0, max: 366 * 48 - 1 }), { numRuns: 150, seed: index }),
  )
  const years = [1901, 1916, 1918, 1942, 1978, 2010, 2011, 2026, 2090]
  const dates = stamps.map((half, index) =>
    new Date(Date.UTC(years[index % years.length] ?? 2026, 0, 1) + (half * day) / 48).toISOString(),
  )
  const rows = await ask(
    `SELECT d::text AS d, t::text AS t, ${zones
      .map(
        (zone, index) => `((${instantSql(sql`d`, sql`t`, zone).text}) AT TIME ZONE 'UTC')::text AS i${index}`,
      )
      .join(', ')} FROM unnest($1::date[], $2::time[]) AS u(d, t)`,
    [dates.map((text) => text.slice(0, 10)), dates.map((text) => text.slice(11, 19))],
  )
  for (const row of rows)
    zones.forEach((zone, index) => {
      const theirs = { ...row, zone, instant: utc(row[`i${index}`] ?? '') }
      expect({ ...row, zone, instant: instantOf({ date: row.d ?? '', time: row.t ?? null }, zone) }).toEqual(
        theirs,
      )
    })
})

it('never fails, whatever the date', async () => {
  const dates = [
    'infinity',
    '-infinity',
    '5874897-12-31',
    '4714-11-24 BC',
    '294276-12-31',
    '294276-12-29',
    '4713-11-25 BC',
    null,
  ]
  const times = ['24:00', '00:00', null]
  const instants = [
    'infinity',
    '-infinity',
    '294276-12-31 23:59:59.999999+00',
    '4714-11-24 00:00:00+00 BC',
    '294276-12-28 00:00:00+00',
    '4713-11-26 00:00:00+00 BC',
    null,
  ]
  for (const zone of [...zones, 'Pacific/Kiritimati', 'America/Juneau', 'Etc/GMT+12']) {
    const found = await ask(
      `SELECT d::text AS d, t::text AS t, ((${instantSql(sql`d`, sql`t`, zone).text}) AT TIME ZONE 'UTC')::text AS i
       FROM unnest($1::date[]) AS d, unnest($2::time[]) AS t`,
      [dates, times],
    )
    for (const { d, t, i } of found) {
      const ours = d ? (instantOf({ date: d, time: t ?? null }, zone) ?? null) : null
      expect({ d, t, zone, i: i ? utc(i) : i }).toEqual({ d, t, zone, i: ours })
    }
    const local = localSql(sql`x`, zone).text
    const rows = await ask(
      `SELECT (x AT TIME ZONE 'UTC')::text AS x, (${local})::date::text AS d, (${local})::time::text AS t
       FROM unnest($1::timestamptz[]) AS x`,
      [instants],
    )
    for (const { x, d, t } of rows) {
      const ours = x ? localOf(utc(x), zone) : undefined
      expect({ x, zone, d, t }).toEqual({ x, zone, d: ours?.date ?? null, t: ours?.time ?? null })
    }
  }
})

/** `2026-01-01 00:00:00` in UTC as the text of a timestamptz. */
function utc(text: string): string {
  if (text.endsWith('infinity')) return text
  return text.endsWith(' BC') ? `${text.slice(0, -3)}+00 BC` : `${text}+00`
}
