import { expect, it } from 'vitest'
import { copy, defineMapping, storedIn, table, toLegacy, toTarget } from './index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const mapping = defineMapping({
  name: 'Note',
  legacy: table('note', { id: 'bigint not null', title: 'text' }, { key: ['id'] }),
  target: table('page', { id: 'uuid not null default', title: 'text', data: 'jsonb' }, { key: ['id'] }),
  identity: storedIn('data.legacy_id'),
  rules: [copy('title')],
})

it('keeps the identity in JSON as text, and gives the key back', () => {
  const row = { id: '9007199254740993', title: 'a' }
  const made = toTarget(mapping, row, scope, { data: { other: 1 } })
  expect(made).toEqual({ title: 'a', data: { other: 1, legacy_id: '9007199254740993' } })
  expect(toLegacy(mapping, made, scope)).toEqual(row)
})

it.each(['007', 'x', '', { a: 1 }])('reads the damaged identity %j as null', (legacy_id) => {
  expect(toLegacy(mapping, { title: 'a', data: { legacy_id } }, scope)).toEqual({ id: null, title: 'a' })
})
