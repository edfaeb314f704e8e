import { describe, expect, it } from 'vitest'
import {
  coalesce,
  computed,
  concat,
  copy,
  defineMapping,
  docsOf,
  type Expression,
  field,
  sameKey,
  table,
  toLegacy,
  toTarget,
  value,
  whenEqual,
  whenNull,
} from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const fields = {
  id: 'bigint not null',
  parent: 'bigint',
  kind: 'varchar(20)',
  hours: 'numeric(6,2)',
} as const
const legacy = table('note', fields, { key: ['id'] })
const target = table('page', { ...fields, data: 'jsonb' }, { key: ['id'] })
const define = (expression: Expression) =>
  defineMapping({
    name: 'Note',
    legacy,
    target,
    identity: sameKey('id'),
    rules: [copy('parent', 'kind', 'hours'), computed('data.made', expression)],
  })
const row = { id: '1', parent: '7', kind: 'task', hours: null }
const made = (expression: Expression, given: object = row) =>
  toTarget(define(expression), { ...row, ...given }, scope)['data']

describe('an expression', () => {
  it('asks whether a field is NULL', () => {
    const workType = whenNull('parent', value('task'), value('subtask'))
    expect(made(workType)).toEqual({ made: 'subtask' })
    expect(made(workType, { parent: null })).toEqual({ made: 'task' })
  })

  it('asks whether a field has a value, which NULL has not', () => {
    const related = whenEqual('kind', 'task', field('parent'), value(null))
    expect(made(related)).toEqual({ made: 7 })
    expect(made(related, { kind: 'event' })).toEqual({})
    expect(made(related, { kind: null })).toEqual({})
  })

  it('takes the first that is not NULL', () => {
    expect(made(coalesce(value(null), field('kind'), value('none')))).toEqual({ made: 'task' })
    expect(made(coalesce(field('kind'), value('none')), { kind: null })).toEqual({ made: 'none' })
    expect(made(coalesce(field('kind')), { kind: null })).toEqual({})
  })

  it('puts texts together, NULL as empty', () => {
    expect(made(concat(value('a '), field('kind')))).toEqual({ made: 'a task' })
    expect(made(concat(value('a '), field('kind')), { kind: null })).toEqual({ made: 'a ' })
  })

  it('writes, and gives nothing back', () => {
    expect(toLegacy(define(value('x')), { ...row, data: { made: 'y' } }, scope)).toEqual(row)
  })

  it.each([
    [concat(field('hours')), 'concat takes texts only'],
    [coalesce(), 'coalesce needs something'],
    [coalesce(field('kind'), value(1)), 'different types: text, integer.'],
    [whenEqual('parent', 7, value(1), value(2)), 'parent cannot be compared with 7.'],
    [concat(coalesce(field('kind'), value(true))), 'different types: text, boolean.'],
  ])('is refused where its types do not fit: %j', (expression, why) => {
    expect(() => define(expression)).toThrow(why)
  })

  it('is shown in the reference', () => {
    expect(
      docsOf(
        define(whenNull('parent', value('task'), concat(value('a '), coalesce(field('kind'), value('b'))))),
      ),
    ).toContain('"task" where parent is NULL, otherwise "a " + kind, else "b"')
  })
})
