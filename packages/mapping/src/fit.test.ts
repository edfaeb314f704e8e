import { describe, expect, it } from 'vitest'
import { columnType } from './column-type.ts'
import { fit } from './fit.ts'

const way = (from: string, to: string) => fit(columnType(from), columnType(to))

describe('a fit', () => {
  it.each([
    ['smallint', 'bigint'],
    ['integer', 'numeric'],
    ['integer', 'double precision'],
    ['numeric(6,2)', 'numeric(8,2)'],
    ['numeric(15,2)', 'double precision'],
    ['real', 'double precision'],
    ['varchar(20)', 'text'],
    ['char(5)', 'varchar(5)'],
    ['uuid', 'varchar(36)'],
    ['timestamptz', 'text'],
    ['boolean', 'smallint'],
    ['jsonb', 'json'],
  ])('carries every %s as %s', (from, to) => {
    expect(way(from, to)).toBeDefined()
    expect(way(from, to)?.accepts).toBeUndefined()
  })

  it.each([
    ['timestamp', 'timestamptz'],
    ['timestamptz', 'date'],
    ['double precision', 'text'],
    ['text', 'jsonb'],
    ['uuid', 'integer'],
    ['boolean', 'double precision'],
  ])('does not guess how %s is carried as %s', (from, to) => {
    expect(way(from, to)).toBeUndefined()
    expect(way(to, from)).toBeUndefined()
  })

  it.each([
    ['text', 'integer', '42', 42],
    ['text', 'numeric(6,2)', '1.10', '1.10'],
    ['integer', 'smallint', -32768, -32768],
    ['numeric(6,2)', 'bigint', '7.00', '7'],
    ['bigint', 'double precision', '9007199254740992', 9007199254740992],
    ['date', 'timestamp', '0044-03-15 BC', '0044-03-15 00:00:00 BC'],
    ['smallint', 'boolean', 1, true],
  ])('carries %s as %s: %j becomes %j', (from, to, value, expected) => {
    expect(way(from, to)?.accepts?.row(value) ?? true).toBe(true)
    expect(way(from, to)?.row(value)).toBe(expected)
    expect(way(to, from)?.row(expected)).toBe(value)
  })

  it.each([
    ['text', 'integer', '007'],
    ['text', 'numeric(6,2)', '1.1'],
    ['text', 'date', '2026-02-29'],
    ['text', 'char(5)', 'a '],
    ['text', 'varchar(2)', '👩‍👩‍👧'],
    ['integer', 'smallint', 32768],
    ['bigint', 'double precision', '9007199254740993'],
    ['double precision', 'real', 0.1],
    ['timestamp', 'date', '2026-03-29 02:30:00'],
    ['smallint', 'boolean', 2],
    ['json', 'jsonb', '\0'],
  ])('refuses to carry %s as %s where %j would not come back', (from, to, value) => {
    expect(way(from, to)?.accepts?.row(value)).toBe(false)
    expect(way(from, to)?.row(value)).toBe(null)
  })

  it('accepts NULL and keeps it', () => {
    expect(way('text', 'integer')?.accepts?.row(null)).toBe(true)
    expect(way('text', 'integer')?.row(null)).toBe(null)
  })
})
