import { expect, it } from 'vitest'
import { cast, defineMapping, docsOf, sameKey, table, toLegacy, toTarget } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }

const legacy = table('bill', { id: 'bigint not null', amount: 'text', due: 'date' }, { key: ['id'] })
const target = table(
  'invoice',
  { id: 'bigint not null', amount: 'numeric(8,2)', due: 'text', data: 'jsonb' },
  { key: ['id'] },
)
const mapping = defineMapping({
  name: 'Bill',
  legacy,
  target,
  identity: sameKey('id'),
  rules: [cast('amount'), cast('due')],
})

it('carries a value in another type, and back', () => {
  const row = { id: '1', amount: '12.50', due: '2026-03-29' }
  expect(toTarget(mapping, row, scope)).toEqual(row)
  expect(toLegacy(mapping, row, scope)).toEqual(row)
  const nothing = { id: '1', amount: null, due: null }
  expect(toTarget(mapping, nothing, scope)).toEqual(nothing)
})

it.each(['12.5', '12', 'twelve', ''])('refuses %j, which would not come back the same', (amount) => {
  expect(() => toTarget(mapping, { id: '1', amount, due: null }, scope)).toThrow(
    expect.objectContaining({ code: 'MAPPING.ROW_REFUSED' }),
  )
})

it('is refused between types of which one cannot carry the other, and into JSON', () => {
  const define = (slot: string) =>
    defineMapping({
      name: 'Bill',
      legacy,
      target,
      identity: sameKey('id'),
      rules: [cast('amount'), cast('due').as(slot)],
    })
  expect(() => define('data')).toThrow('date cannot be carried as jsonb')
  expect(() => define('data.due')).toThrow('data.due takes every type; use copy(…).')
})

it('documents itself', () => {
  expect(docsOf(mapping)).toContain(
    '| `amount` text | `amount` numeric(8,2) | carried in another type; values that do not survive are refused | exact | exact |',
  )
})
