import { describe, expect, it } from 'vitest'
import { constant, defineMapping, docsOf, sameKey, table, toLegacy, toTarget, type Value } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const legacy = table('note', { id: 'bigint not null' }, { key: ['id'] })
const target = table(
  'page',
  { id: 'bigint not null', kind: 'varchar(5)', rank: 'smallint', amount: 'numeric(8,2)', data: 'jsonb' },
  { key: ['id'] },
)
const define = (slot: string, value: Value) =>
  defineMapping({ name: 'Note', legacy, target, identity: sameKey('id'), rules: [constant(slot, value)] })

describe('a constant', () => {
  it.each<[string, Value]>([
    ['kind', 'task'],
    ['rank', -1],
    ['amount', '1.50'],
    ['data', { b: [1], a: null }],
    ['kind', null],
  ])('writes into %s always %j, and gives nothing back', (slot, value) => {
    const mapping = define(slot, value)
    expect(toTarget(mapping, { id: '1' }, scope)).toEqual({ id: '1', [slot]: value })
    expect(toLegacy(mapping, { id: '1', [slot]: value }, scope)).toEqual({ id: '1' })
    expect(toLegacy(mapping, { id: '1', [slot]: null }, scope)).toEqual({ id: '1' })
  })

  it.each<[string, Value]>([
    ['kind', 'too long'],
    ['rank', 40_000],
    ['amount', '1.5'],
    ['rank', 'many'],
  ])('is refused for %s where the column cannot hold %j', (slot, value) => {
    expect(() => define(slot, value)).toThrow(`${slot} cannot hold ${JSON.stringify(value)}.`)
  })

  it('is shown in the reference', () => {
    expect(docsOf(define('kind', 'task'))).toContain(
      '| – | `kind` varchar(5) | always "task" | exact | only "task" is known to the legacy side |',
    )
  })
})
