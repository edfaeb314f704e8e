import { expect, it } from 'vitest'
import { defineMapping, docsOf, drop, lossOf, sameKey, table, toLegacy, toTarget } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const legacy = table('note', { id: 'bigint not null', searchVector: 'text' }, { key: ['id'] })
const target = table('page', { id: 'bigint not null' }, { key: ['id'] })
const define = (reason: string) =>
  defineMapping({
    name: 'Note',
    legacy,
    target,
    identity: sameKey('id'),
    rules: [drop('searchVector', reason)],
  })

it('gives a field up and says why wherever losses are listed', () => {
  const mapping = define('derived by a trigger')
  expect(toTarget(mapping, { id: '1', searchVector: 'x' }, scope)).toEqual({ id: '1' })
  expect(toLegacy(mapping, { id: '1' }, scope)).toEqual({ id: '1' })
  expect(lossOf(mapping)[0]?.forward).toEqual({
    holds: 'part',
    why: 'searchVector is given up: derived by a trigger',
  })
  expect(docsOf(mapping)).toContain('| `searchVector` text | – | dropped: derived by a trigger |')
})

it('needs a reason', () => {
  expect(() => define(' ')).toThrow('say why searchVector can be given up.')
})
