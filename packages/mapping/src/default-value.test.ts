import { describe, expect, test } from 'vitest'
import { columnType } from './column-type.ts'
import { constantDefault, constantText } from './default-value.ts'

describe('a default is known where it is always the same', () => {
  test.each([
    ['text', "''", ''],
    ['varchar(20)', "'it''s'::character varying", "it's"],
    ['char(4)', "'ab  '::bpchar", 'ab'],
    ['integer', '0', 0],
    ['bigint', "'-9007199254740993'::bigint", '-9007199254740993'],
    ['smallint', '(-1)', -1],
    ['numeric(6,2)', '0', '0.00'],
    ['double precision', '0.1::double precision', 0.1],
    ['boolean', 'false', false],
    ['uuid', "'00000000-0000-0000-0000-00000000000A'::uuid", '00000000-0000-0000-0000-00000000000a'],
    ['date', "'2026-02-28'::date", '2026-02-28'],
    ['timestamp', "'2026-02-28 10:00:00'::timestamp without time zone", '2026-02-28 10:00:00'],
    ['jsonb', `'{"a": [1]}'::jsonb`, { a: [1] }],
  ])('%s default %s', (type, expression, value) => {
    expect(constantDefault(columnType(type), expression)).toEqual(value)
  })

  test.each([
    ['timestamptz', 'now()'],
    ['uuid', 'gen_random_uuid()'],
    ['bigint', "nextval('note_id_seq'::regclass)"],
    ['text', 'NULL::character varying'],
    ['text', "'a' || 'b'"],
    ['date', "'today'::text::date"],
    ['varchar(2)', "'long'"],
    ['integer', "'many'"],
    ['jsonb', "'no json'"],
  ])('not %s default %s', (type, expression) => {
    expect(constantDefault(columnType(type), expression)).toBeUndefined()
  })
})

test('a constant of any type is recognised', () => {
  expect(["'{}'::text[]", `'a'::public."Mood"`, "'x'::bit(3)"].map(constantText)).toEqual(['{}', 'a', 'x'])
})
