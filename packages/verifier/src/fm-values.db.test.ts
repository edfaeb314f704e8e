import { fromPool } from '@changeover/database'
import { copy, defineMapping, intoJson, localDateTime, sameKey, storedIn, table } from '@changeover/mapping'
import { createSync } from '@changeover/sync'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createVerifier } from './index.ts'
import { openPair, type Pair } from './pair.fixture.ts'

const mapping = defineMapping({
  name: 'Value',
  legacy: table(
    'value_old',
    {
      id: 'bigint not null',
      big: 'bigint',
      exact: 'numeric',
      half: 'real',
      float: 'double precision',
      name: 'text',
      code: 'char(4)',
      at: 'timestamptz',
      starts: 'timestamptz',
      body: 'json',
      extra: 'jsonb',
    },
    { key: ['id'] },
  ),
  target: table(
    'value_new',
    {
      id: 'bigint not null',
      big: 'bigint',
      exact: 'numeric',
      half: 'real',
      float: 'double precision',
      name: 'text',
      code: 'char(4)',
      at: 'timestamptz',
      day: 'date',
      clock: 'time',
      body: 'json',
      data: 'jsonb not null default',
    },
    { key: ['id'] },
  ),
  identity: sameKey('id'),
  rules: [
    copy('big', 'exact', 'half', 'float', 'name', 'code', 'at', 'body'),
    localDateTime('starts', { date: 'day', time: 'clock', zone: 'Europe/Berlin', residue: 'data.starts' }),
    intoJson('data', 'extra'),
  ],
})
const columns =
  'id bigint PRIMARY KEY, big bigint, exact numeric, half real, "float" float8, name text, code char(4), at timestamptz, body json'
const schema = `CREATE TABLE value_old (${columns}, starts timestamptz, extra jsonb);
  CREATE TABLE value_new (${columns}, day date, clock time, data jsonb NOT NULL DEFAULT '{}')`

let open: Pair
beforeEach(async () => {
  open = await openPair(mapping, schema)
})
afterEach(() => open.close())

/** One row in which a column has one value in legacy and another in the target. */
async function pairOf(column: string, legacy: string, target: string): Promise<readonly string[]> {
  await open.run(
    `INSERT INTO value_old (id, ${column}) VALUES (1, ${legacy}); INSERT INTO value_new (id, ${column}) VALUES (1, ${target})`,
  )
  const found = await open.found()
  await open.run('TRUNCATE value_old, value_new')
  return found
}

describe('FM-29 the verifier sees what JavaScript loses', () => {
  test('FM-29 one microsecond, and one unit beyond 2^53 and in the last place of a float, are differences', async () => {
    const at = ["'2026-03-01 10:00:00.123456+00'", "'2026-03-01 10:00:00.123457+00'"] as const
    expect(await pairOf('at', ...at)).toHaveLength(1)
    expect(await pairOf('big', '1152921504606846976', '1152921504606846977')).toEqual([
      `Value 1 big: '1152921504606846977' instead of '1152921504606846976'`,
    ])
    expect(await pairOf('exact', '12345678901234567890.1', '12345678901234567890.2')).toHaveLength(1)
    expect(await pairOf('"float"', '0.1', '0.1::float8 + 1.4e-17')).toHaveLength(1)
  })

  test('FM-29 mutation: compared in JavaScript the same values are equal', () => {
    expect(Number('1152921504606846976')).toBe(Number('1152921504606846977'))
    expect(new Date('2026-03-01T10:00:00.123456Z').getTime()).toBe(
      new Date('2026-03-01T10:00:00.123457Z').getTime(),
    )
  })
})

describe('FM-30 time zones', () => {
  const instants = [
    '2026-03-29 00:30:00+00',
    '2026-03-29 01:30:00+00',
    '2026-10-25 00:30:00+00',
    '2026-10-25 01:30:00+00',
    '0001-01-01 00:00:00+00',
    '9999-12-31 23:59:59.999999+00',
    'infinity',
    '-infinity',
    '0044-03-15 12:00:00+00 BC',
  ]

  test('FM-30 agreement does not depend on the time zone of session or process, whoever wrote', async () => {
    const before = process.env['TZ']
    for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York']) {
      process.env['TZ'] = zone
      await open.run(`TRUNCATE value_old, value_new; INSERT INTO value_old (id, starts, at)
        SELECT n, v::timestamptz, v::timestamptz FROM unnest(ARRAY['${instants.join("','")}']) WITH ORDINALITY AS i(v, n)`)
      for (const reader of ['America/New_York', 'Asia/Manila']) {
        const pool = new pg.Pool({ connectionString: open.url, options: `-c TimeZone=${zone}` })
        const other = new pg.Pool({ connectionString: open.url, options: `-c TimeZone=${reader}` })
        const sync = createSync([mapping])
        await fromPool(pool).transaction((tx) =>
          sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }),
        )
        const verification = await createVerifier({
          database: fromPool(other),
          sync,
          migration: 'pair',
        }).verify([mapping])
        await Promise.all([pool.end(), other.end()])
        expect(verification).toMatchObject({ verdict: 'consistent', mappings: [{ total: instants.length }] })
      }
    }
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })

  test('FM-30 the wrong one of the two hours that a clock repeats is a difference', async () => {
    await open.run(`INSERT INTO value_old (id, starts) VALUES (1, '2026-10-25 00:30:00+00')`)
    await open.fill()
    await open.run(`UPDATE value_new SET data = data - 'starts'`)
    expect(await open.found()).toEqual([`Value 1 data.starts: NULL instead of '"2026-10-25T00:30:00+00:00"'`])
  })

  test('FM-30 mutation: taken apart in the zone of the session, one instant is two days', async () => {
    const day = async (zone: string) =>
      open.database.transaction(async (tx) => {
        await tx.query(`SELECT set_config('TimeZone', $1, true)`, [zone])
        return (
          await tx.query<{ day: string }>(`SELECT ('2026-03-29 01:30:00+00'::timestamptz)::date::text AS day`)
        ).rows[0]?.day
      })
    expect(await day('America/New_York')).not.toBe(await day('Europe/Berlin'))
  })
})

describe('FM-31 numbers', () => {
  test('FM-31 equal numbers agree however they are written: scale, NaN, negative zero', async () => {
    expect(await pairOf('exact', '1.10', '1.1')).toEqual([])
    expect(await pairOf('exact', `'NaN'`, `'NaN'`)).toEqual([])
    expect(await pairOf('"float"', `'NaN'`, `'NaN'`)).toEqual([])
    expect(await pairOf('"float"', `'-0'`, '0')).toEqual([])
    expect(await pairOf('half', '0.1', '0.1')).toEqual([])
  })

  test('FM-31 there is no tolerance', async () => {
    expect(await pairOf('exact', '1.1', '1.1000000000000000001')).toHaveLength(1)
    expect(await pairOf('"float"', `'NaN'`, 'NULL')).toHaveLength(1)
    expect(await pairOf('half', '0.1', '0.1::real + 1e-8::real')).toHaveLength(1)
  })

  test('FM-31 mutation: compared as text, equal numbers differ', async () => {
    expect(await open.texts(`SELECT 1.10::text = 1.1::text`)).toEqual(['false'])
    expect(await open.texts(`SELECT '-0'::float8::text = '0'::float8::text`)).toEqual(['false'])
  })
})

describe('FM-32 JSON', () => {
  test('FM-32 the order of keys and the scale of numbers make no difference', async () => {
    expect(await pairOf('body', `'{"a": 1.10, "b": [1, null]}'`, `'{"b": [1, null], "a": 1.1}'`)).toEqual([])
  })

  test('FM-32 a duplicate key counts with its last value, as it would be read', async () => {
    expect(await pairOf('body', `'{"a": 1, "a": 2}'`, `'{"a": 2}'`)).toEqual([])
    expect(await pairOf('body', `'{"a": 1, "a": 2}'`, `'{"a": 1}'`)).toHaveLength(1)
  })

  test('FM-32 a NUL in json is compared and never fails the statement', async () => {
    expect(await pairOf('body', `'{"a": "\\u0000"}'`, `'{"a": "\\u0000"}'`)).toEqual([])
    expect(await pairOf('body', `'{"a": "\\u0000"}'`, `'{"a": ""}'`)).toHaveLength(1)
  })

  test('FM-32 a JSON null is not NULL, in a column and under a key', async () => {
    expect(await pairOf('body', `'null'`, 'NULL')).toEqual([`Value 1 body: NULL instead of 'null'`])
    await open.run(`INSERT INTO value_old (id, extra) VALUES (1, 'null'), (2, NULL)`)
    await open.fill()
    expect(await open.found()).toEqual([])
    await open.run(
      `UPDATE value_new SET data = '{"extra": null}' WHERE id = 2; UPDATE value_new SET data = '{}' WHERE id = 1`,
    )
    expect(await open.found()).toEqual([
      `Value 1 data.extra: NULL instead of 'null'`,
      `Value 2 data.extra: 'null' instead of NULL`,
    ])
  })

  test('FM-32 mutation: compared as text, equal JSON differs', async () => {
    expect(await open.texts(`SELECT '{"a":1,"b":2}'::json::text = '{"b":2,"a":1}'::json::text`)).toEqual([
      'false',
    ])
  })
})

describe('FM-33 NULL, empty, blank and default', () => {
  test('FM-33 of four kinds of nothing, each agrees with itself alone', async () => {
    const cells = ['NULL', `''`, `' '`, `'none'`]
    for (const legacy of cells)
      for (const target of cells)
        expect([legacy, target, await pairOf('name', legacy, target)]).toEqual([
          legacy,
          target,
          legacy === target ? [] : [expect.stringContaining('Value 1 name:')],
        ])
  })

  test('FM-33 char(n) is padded on both sides alike, and an empty one is not NULL', async () => {
    expect(await pairOf('code', `'ab'`, `'ab  '`)).toEqual([])
    expect(await pairOf('code', `''`, 'NULL')).toHaveLength(1)
  })

  test('FM-33 mutation: compared with <>, NULL differs from nothing', async () => {
    expect(await open.texts(`SELECT (NULL::text <> '') IS TRUE`)).toEqual(['false'])
  })
})

describe('FM-35 collations', () => {
  const text = defineMapping({
    name: 'Word',
    legacy: table('word_old', { id: 'text not null', size: 'integer' }, { key: ['id'] }),
    target: table(
      'word_new',
      { id: 'bigint not null default', size: 'integer', data: 'jsonb not null default' },
      { key: ['id'] },
    ),
    identity: storedIn('data.word'),
    rules: [copy('size')],
  })
  const words = ['_x', 'a', 'A', 'a-1', 'aB', 'b', 'B', 'c', 'é', 'z', 'Z', ' ', '']

  test.each(['C', 'en-x-icu', 'und-x-icu', 'POSIX'])(
    'FM-35 text keys in %s: every key is read once, and none is lost',
    async (collation) => {
      const pair = await openPair(
        text,
        `CREATE TABLE word_old (id text COLLATE "${collation}" PRIMARY KEY, size integer);
       CREATE TABLE word_new (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, size integer, data jsonb NOT NULL);
       INSERT INTO word_old SELECT w, length(w) FROM unnest(ARRAY['${words.join("','")}']) w`,
      )
      await pair.fill()
      expect(await pair.verify({ chunkRows: 1 })).toMatchObject({
        verdict: 'consistent',
        mappings: [{ total: words.length, targetTotal: words.length }],
      })
      for (const word of words) {
        await pair.run(`DELETE FROM word_new WHERE data ->> 'word' = '${word}'`)
        expect(await pair.found({ chunkRows: 2 })).toEqual([`Word ${word}: no target row`])
        await pair.fill()
      }
      await pair.close()
    },
  )

  test('FM-35 mutation: merged by the order of JavaScript, keys of a linguistic collation go missing', async () => {
    const sorted = await open.texts(
      `SELECT w FROM unnest(ARRAY['${words.join("','")}']) w ORDER BY w COLLATE "en-x-icu"`,
    )
    expect(sorted).not.toEqual([...words].sort())
  })
})
