import { describe, expect, test } from 'vitest'
import { defineErrors, failureToJson, isFailure, problemToJson } from './index.ts'

const errors = defineErrors('ROW', {
  ODD: { message: (v: { row: unknown }) => `Odd: ${typeof v.row}.`, fix: 'Look at it.' },
})

describe('failureToJson', () => {
  test('lists the causes, nearest first, and no stack', () => {
    const driver = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
    const failure = errors.ODD({ row: 1 }, { cause: new Error('outer', { cause: driver }) })
    const json = failureToJson(failure)
    expect(json).toEqual({
      code: 'ROW.ODD',
      message: 'Odd: number.',
      values: { row: 1 },
      fix: 'Look at it.',
      retriable: false,
      causes: [{ message: 'outer' }, { code: 'ECONNREFUSED', message: 'connect refused' }],
    })
    expect(isFailure(JSON.parse(JSON.stringify(json)))).toBe(true)
  })

  test('names the members of a group of errors that says nothing itself', () => {
    const group = new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')])
    const causes = failureToJson(errors.ODD({ row: 1 }, { cause: group })).causes
    expect(causes).toEqual([{ message: '::1 refused' }, { message: '127.0.0.1 refused' }])
  })

  test('ends on causes that go in a circle, and takes what is no error', () => {
    const first = new Error('first')
    first.cause = new Error('second', { cause: first })
    expect(failureToJson(errors.ODD({ row: 1 }, { cause: first })).causes).toHaveLength(2)
    expect(failureToJson(errors.ODD({ row: 1 }, { cause: 'thrown text' })).causes).toEqual([
      { message: 'thrown text' },
    ])
    expect(failureToJson(errors.ODD({ row: 1 }, { cause: {} })).causes).toEqual([
      { message: '[object Object]' },
    ])
  })
})

describe('values in JSON', () => {
  const circular: Record<string, unknown> = { name: 'loop' }
  circular['self'] = circular

  test.each([
    ['a big integer', 2n ** 53n + 1n, '9007199254740993'],
    ['not-a-number', Number.NaN, 'NaN'],
    ['infinity', -Infinity, '-Infinity'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a date that is none', new Date(Number.NaN), 'Invalid Date'],
    ['a set', new Set([1n]), ['1']],
    ['a map', new Map([['a', 1n]]), [['a', '1']]],
    ['an error', new Error('inner'), 'inner'],
    ['a URL', new URL('http://localhost/a'), 'http://localhost/a'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['null', null, null],
    ['a hole in an array', [1, undefined], [1, null]],
    ['a cycle', circular, { name: 'loop', self: '[circular]' }],
    ['the same object twice', [[0], [0]].map((_, __, all) => all[0]), [[0], [0]]],
    ['a key like a prototype', JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
  ])('keep what %s says', (_, row, expected) => {
    const { values } = problemToJson(errors.ODD.problem({ row }))
    expect(values['row']).toEqual(expected)
    expect(JSON.parse(JSON.stringify(values))['row']).toEqual(expected)
  })
})
