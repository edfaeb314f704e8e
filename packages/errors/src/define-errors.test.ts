import { describe, expect, test } from 'vitest'
import { bug, defineErrors, isFailure } from './index.ts'

const errors = defineErrors('PORT', {
  TAKEN: {
    message: (v: { port: number; owners: readonly string[] }) =>
      `Port ${v.port} is taken by ${v.owners.join(', ')}.`,
    fix: (v) => `Set PORT to another one than ${v.port}.`,
    retriable: true,
  },
  CLOSED: { message: () => 'The port is closed.', fix: 'Open it.' },
})

describe('a failure', () => {
  const cause = new TypeError('in use')
  const failure = errors.TAKEN({ port: 80, owners: ['nginx', 'caddy'] }, { cause })

  test('carries its code, message, values, fix and cause', () => {
    expect(failure).toBeInstanceOf(Error)
    expect(failure.code).toBe('PORT.TAKEN')
    expect(failure.name).toBe('PORT.TAKEN')
    expect(failure.message).toBe('Port 80 is taken by nginx, caddy.')
    expect(failure.values).toEqual({ port: 80, owners: ['nginx', 'caddy'] })
    expect(failure.fix).toBe('Set PORT to another one than 80.')
    expect(failure.retriable).toBe(true)
    expect(failure.cause).toBe(cause)
  })

  test('keeps the values of its making', () => {
    const values = { port: 80, owners: [] }
    const made = errors.TAKEN(values)
    values.port = 81
    expect(made.values.port).toBe(80)
    expect(Object.isFrozen(made.values)).toBe(true)
  })

  test('starts its stack where it was made', () => {
    expect(failure.stack?.split('\n')[1]).toContain('define-errors.test.ts')
  })

  test('needs no values where its message takes none', () => {
    expect(errors.CLOSED()).toMatchObject({
      code: 'PORT.CLOSED',
      values: {},
      fix: 'Open it.',
      retriable: false,
    })
    expect('cause' in errors.CLOSED()).toBe(false)
    expect(errors.CLOSED({}, { cause }).cause).toBe(cause)
  })
})

describe('isFailure', () => {
  test('recognises a failure by its shape, also from another copy or process', () => {
    const { code, message, values, fix, retriable } = errors.CLOSED()
    expect(isFailure(errors.CLOSED())).toBe(true)
    expect(isFailure(JSON.parse(JSON.stringify({ code, message, values, fix, retriable })))).toBe(true)
  })

  test('tells one code from another', () => {
    expect(isFailure(errors.CLOSED(), errors.CLOSED.code)).toBe(true)
    expect(isFailure(errors.CLOSED(), errors.TAKEN.code)).toBe(false)
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'PORT.CLOSED'],
    ['a plain error', new Error('no')],
    ['a bug', bug('two and two is five')],
    ['an error of a driver', Object.assign(new Error('no'), { code: '42P01' })],
    ['a problem', errors.CLOSED.problem()],
  ])('does not take %s for one', (_, value) => {
    expect(isFailure(value)).toBe(false)
  })
})

describe('a problem', () => {
  test('is the same entry as plain frozen data', () => {
    const problem = errors.TAKEN.problem({ port: 80, owners: ['nginx'] })
    expect(problem).toEqual({
      code: 'PORT.TAKEN',
      message: 'Port 80 is taken by nginx.',
      values: { port: 80, owners: ['nginx'] },
      fix: 'Set PORT to another one than 80.',
    })
    expect(Object.isFrozen(problem)).toBe(true)
    expect(problem).not.toBeInstanceOf(Error)
  })
})

test('a bug says that it is one, and keeps its cause', () => {
  const cause = new Error('no')
  expect(bug('the list is empty', cause)).toMatchObject({
    name: 'Bug',
    message: 'This is a bug: the list is empty',
    cause,
  })
  expect('code' in bug('the list is empty')).toBe(false)
})
