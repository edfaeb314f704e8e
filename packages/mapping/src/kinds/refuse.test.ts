import { expect, it } from 'vitest'
import { defineMapping, drop, refuse, sameKey, table, toTarget } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const define = (because: string) =>
  defineMapping({
    name: 'Note',
    legacy: table('note', { id: 'bigint not null', problem: 'text' }, { key: ['id'] }),
    target: table('page', { id: 'bigint not null' }, { key: ['id'] }),
    identity: sameKey('id'),
    rules: [refuse('problem', 'no json', because), drop('problem', 'derived from the text')],
  })

it('refuses rows with that value, in the words given, and no others', () => {
  const mapping = define('is no JSON')
  expect(() => toTarget(mapping, { id: '1', problem: 'no json' }, scope)).toThrow('is no JSON')
  expect(toTarget(mapping, { id: '1', problem: null }, scope)).toEqual({ id: '1' })
  expect(toTarget(mapping, { id: '1', problem: 'other' }, scope)).toEqual({ id: '1' })
})

it('needs a reason', () => {
  expect(() => define('')).toThrow('say why rows with that value in problem are refused.')
})
