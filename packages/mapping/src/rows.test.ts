import { describe, expect, it } from 'vitest'
import {
  copy,
  defineMapping,
  docsOf,
  intoJson,
  sameKey,
  storedIn,
  table,
  toLegacy,
  toTarget,
} from './index.ts'

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

describe('a legacy field that cannot be NULL', () => {
  const withRank = defineMapping({
    name: 'Note',
    legacy: table(
      'note',
      { id: 'bigint not null', rank: 'integer not null default 7', tags: "jsonb not null default '[]'" },
      { key: ['id'] },
    ),
    target: table('page', { id: 'bigint not null', data: 'jsonb' }, { key: ['id'] }),
    identity: sameKey('id'),
    rules: intoJson('data', 'rank', 'tags'),
  })

  it.each([null, {}, { rank: null }])('reads as its default where the target says %j', (data) => {
    expect(toLegacy(withRank, { id: '1', data }, scope)).toEqual({ id: '1', rank: 7, tags: [] })
  })

  it('is refused where something unreadable stands in its place', () => {
    expect(() => toLegacy(withRank, { id: '1', data: { rank: 'seven' } }, scope)).toThrow(
      expect.objectContaining({ code: 'MAPPING.ROW_REFUSED' }),
    )
  })

  it('says that its default is read where the target says nothing', () => {
    expect(docsOf(withRank)).toContain('where it is absent, rank has its default 7')
  })
})
