import { describe, expect, test } from 'vitest'
import { differencesOf } from './index.ts'

describe('differences', () => {
  test.each([
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
    [Number.NaN, Number.NaN],
    [-0, 0],
    [new Date(5), new Date(5)],
    [{ a: undefined }, {}],
  ])('of %j and %j are none', (left, right) => expect(differencesOf(left, right)).toEqual([]))

  test.each([
    [{ a: 'x' }, { a: 'xy' }, 'a', 'text of 1', 'text of 2'],
    [{ a: null }, {}, 'a', 'null', 'absent'],
    [{ a: '1' }, { a: 1 }, 'a', 'text of 1', 'number'],
    [[1, 2], [1], '1', 'number', 'absent'],
    [{ a: [] }, { a: {} }, 'a', 'list of 0', 'object'],
    [new Date(5), new Date(6), '', 'date', 'date'],
  ])('of %j and %j are named by path and kind, without the values', (left, right, path, control, candidate) =>
    expect(differencesOf(left, right)).toEqual([{ path, control, candidate }]),
  )

  test('leave out what is ignored, and see what is cleaned', () => {
    const left = {
      rows: [
        { id: 2, at: 1 },
        { id: 1, at: 2 },
      ],
    }
    const right = {
      rows: [
        { id: 1, at: 3 },
        { id: 2, at: 4 },
      ],
    }
    const clean = (value: unknown) => {
      const { rows } = value as typeof left
      return { rows: rows.toSorted((one, other) => one.id - other.id) }
    }
    expect(differencesOf(left, right, { clean, ignore: ['rows.*.at'] })).toEqual([])
    expect(differencesOf(left, right, { clean }).map(({ path }) => path)).toEqual(['rows.0.at', 'rows.1.at'])
  })

  test('are listed up to fifty', () => {
    const many = Array.from({ length: 200 }, (_, index) => index)
    expect(
      differencesOf(
        many,
        many.map((each) => each + 1),
      ),
    ).toHaveLength(50)
  })
})
