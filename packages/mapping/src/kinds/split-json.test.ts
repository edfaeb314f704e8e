import { expect, it } from 'vitest'
import {
  children,
  defineMapping,
  docsOf,
  documentOf,
  type Json,
  sameKey,
  splitJson,
  table,
  toLegacy,
  toTarget,
} from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const state = table(
  'state',
  { id: 'text not null', input: 'text', steps: 'integer', result: 'jsonb', rest: 'jsonb not null default' },
  { key: ['id'] },
)
const message = table(
  'message',
  {
    stateId: 'text not null',
    position: 'integer not null',
    role: 'text',
    score: 'double precision',
    rest: 'jsonb not null default',
  },
  { key: ['stateId', 'position'] },
)
const target = documentOf('document', state, {
  messages: { table: message, owner: ['stateId'], position: 'position' },
})
const legacy = table('blob', { id: 'text not null', state: 'jsonb' }, { key: ['id'] })
const define = (columns: Readonly<Record<string, string>>) =>
  defineMapping({
    name: 'Blob',
    legacy,
    target,
    identity: sameKey('id'),
    rules: [
      splitJson('state', {
        columns: { user_input: 'input', step_count: 'steps', last: 'result' },
        lists: { history: children('messages', { table: message, columns, rest: 'rest' }) },
        rest: 'rest',
      }),
    ],
  })
const mapping = define({ role: 'role', score: 'score' })
const there = (json: Json) => toTarget(mapping, { id: 'a', state: json }, scope)
const back = (row: ReturnType<typeof there>) => toLegacy(mapping, row, scope)['state']

it('makes columns of keys and rows of the items of a list, in their order', () => {
  expect(
    there({ user_input: 'hi', step_count: 2, last: null, history: [{ role: 'user' }, { score: 0.5 }] }),
  ).toEqual({
    id: 'a',
    input: 'hi',
    steps: 2,
    result: JSON.rawJSON('null'),
    rest: {},
    messages: [
      { role: 'user', rest: {} },
      { score: 0.5, rest: {} },
    ],
  })
})

it('keeps in the rest what has no place, does not fit, or has other digits', () => {
  const json = {
    step_count: 'many',
    unknown: [1],
    history: [{ role: 1, score: JSON.rawJSON('0.90'), x: {} }, 'text', null, []],
  }
  expect(there(json)).toMatchObject({
    steps: null,
    rest: { step_count: 'many', unknown: [1] },
    messages: [
      { score: 0.9, rest: { role: 1, score: JSON.rawJSON('0.90'), x: {} } },
      { rest: 'text' },
      { rest: null },
      { rest: [] },
    ],
  })
  expect(back(there(json))).toEqual(json)
})

it.each<[string, Json]>([
  ['an absent key', {}],
  ['null under a key', { user_input: null, history: null }],
  ['an empty list', { history: [] }],
  ['a list of lists', { history: [[], [{}]] }],
  ['a list', [1]],
  ['a text', 'x'],
  ['JSON null', JSON.rawJSON('null')],
])('gives back %s as it was', (_name, json) => {
  expect(back(there(json))).toEqual(json)
})

it('believes a column rather than the rest once they say different things', () => {
  const row = there({ step_count: 'many' })
  expect(back({ ...row, steps: 3 })).toEqual({ step_count: 3 })
})

it('says in the field-mapping reference what becomes of each key', () => {
  expect(docsOf(mapping)).toContain(
    'key `user_input` in `input`; key `step_count` in `steps`; key `last` in `result`; list `history` as rows of `message`, in order; the rest in `rest`',
  )
})

it('refuses a description of child rows with columns that no key fills', () => {
  expect(() => define({ role: 'role' })).toThrow('no key of messages is kept in message.score')
})
