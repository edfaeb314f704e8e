import { describe, expect, it } from 'vitest'
import { defineMapping, docsOf, joinTexts, sameKey, table, toLegacy, toTarget } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const legacy = table(
  'person',
  { id: 'bigint not null', first: 'varchar(10)', last: 'varchar(20) not null', code: 'char(2)' },
  { key: ['id'] },
)
const target = table(
  'party',
  { id: 'bigint not null', name: 'text', code: 'char(2)', data: 'jsonb' },
  { key: ['id'] },
)
const residue = { first: 'data.first', last: 'data.last' } as const
const definition = { name: 'Person', legacy: { ...legacy }, target, identity: sameKey('id') }
const mapping = defineMapping({
  ...definition,
  legacy: table(
    'person',
    { id: 'bigint not null', first: 'varchar(10)', last: 'varchar(20) not null' },
    { key: ['id'] },
  ),
  rules: [joinTexts({ fields: ['first', 'last'], separator: ' ', slot: 'name', residue })],
})
const there = (first: string | null, last: string) => toTarget(mapping, { id: '1', first, last }, scope)
const back = (name: string | null, data: Record<string, string> = {}) =>
  toLegacy(mapping, { id: '1', name, data }, scope)

describe('two names', () => {
  it.each([
    ['Ana', 'Cruz', 'Ana Cruz'],
    ['Ana', 'de la Cruz', 'Ana de la Cruz'],
    ['Mary Ann', 'Smith', 'Mary Ann Smith'],
    [null, 'Cher', 'Cher'],
    ['', 'Cher', ' Cher'],
  ])('%j and %j are %j together, and come back', (first, last, name) => {
    const made = there(first, last)
    expect(made['name']).toBe(name)
    expect(toLegacy(mapping, made, scope)).toEqual({ id: '1', first, last })
  })

  it('are divided at the first separator where the target has changed the name', () => {
    const kept = { first: 'Mary Ann', last: 'Smith' }
    expect(back('Mary Ann Jones', kept)).toEqual({ id: '1', first: 'Mary', last: 'Ann Jones' })
    expect(back('Mary Ann Smith', kept)).toEqual({ id: '1', ...kept })
  })

  it('are refused where one of them would be too long, or missing', () => {
    expect(() => back('Wolfeschlegelsteinhausen Smith')).toThrow('has a part that is too long')
    expect(() => back('Cher')).toThrow('would be NULL in a column that is NOT NULL')
  })

  it('are shown in the reference', () => {
    expect(docsOf(mapping)).toContain('first, last, joined by " "')
  })
})

it.each([
  ['one field', { fields: ['last'], separator: ' ', residue: { last: 'data.last' } }, 'two fields at least'],
  ['no separator', { fields: ['first', 'last'], separator: '', residue }, 'without a separator'],
  [
    'no residue for a field',
    { fields: ['first', 'last'], separator: ' ', residue: { first: 'data.first' } },
    'last has no slot',
  ],
  [
    'a field that pads',
    { fields: ['code', 'last'], separator: ' ', residue: { code: 'data.code', last: 'data.last' } },
    'code is char(2)',
  ],
])('is refused with %s', (_what, params, why) => {
  const untyped = defineMapping as (of: object) => unknown // as from JavaScript
  expect(() =>
    untyped({ ...definition, legacy, rules: [joinTexts({ slot: 'name', ...params } as never)] }),
  ).toThrow(why)
})
