import { listErrors } from '@changeover/errors'
import { describe, expect, test } from 'vitest'
import { errors, toFailure } from './index.ts'

const target = { host: 'db.local', port: 5432, database: 'shop', user: 'ada' }
const driverError = (code: string, message = 'it says so') => Object.assign(new Error(message), { code })

describe('a SQLSTATE', () => {
  test.each([
    ['08006', 'CONNECTION_LOST'],
    ['08P01', 'QUERY_FAILED'],
    ['22P02', 'VALUE_INVALID'],
    ['23505', 'CONSTRAINT_VIOLATED'],
    ['25006', 'READ_ONLY'],
    ['25P02', 'ABORTED'],
    ['25P03', 'CONNECTION_LOST'],
    ['25P04', 'CONNECTION_LOST'],
    ['28000', 'AUTHENTICATION_FAILED'],
    ['28P01', 'AUTHENTICATION_FAILED'],
    ['3D000', 'NO_SUCH_DATABASE'],
    ['40001', 'SERIALIZATION'],
    ['40P01', 'DEADLOCK'],
    ['42501', 'PRIVILEGE_MISSING'],
    ['42601', 'QUERY_FAILED'],
    ['42703', 'COLUMN_MISSING'],
    ['42P01', 'TABLE_MISSING'],
    ['53100', 'DISK_FULL'],
    ['53300', 'TOO_MANY_CONNECTIONS'],
    ['55P03', 'LOCK_TIMEOUT'],
    ['57014', 'QUERY_CANCELED'],
    ['57P01', 'CONNECTION_LOST'],
    ['57P02', 'CONNECTION_LOST'],
    ['57P03', 'UNREACHABLE'],
    ['57P05', 'CONNECTION_LOST'],
    ['P0001', 'QUERY_FAILED'],
  ])('%s becomes %s', (sqlState, name) => {
    const cause = driverError(sqlState)
    const failure = toFailure(cause, target)
    expect(failure.code).toBe(`DATABASE.${name}`)
    expect(failure.values).toMatchObject({ ...target, sqlState, said: 'it says so' })
    expect(failure.cause).toBe(cause)
  })
})

test('a violation of the protocol that ends the connection, as poolers do, is a lost connection', () => {
  const cause = Object.assign(driverError('08P01', 'query_wait_timeout'), { severity: 'FATAL' })
  expect(toFailure(cause, target)).toMatchObject({ code: 'DATABASE.CONNECTION_LOST', retriable: true })
})

describe('an error of Node or of the driver', () => {
  test.each([
    ['ECONNREFUSED', 'UNREACHABLE'],
    ['ENOTFOUND', 'UNREACHABLE'],
    ['EAI_AGAIN', 'UNREACHABLE'],
    ['ETIMEDOUT', 'UNREACHABLE'],
    ['EHOSTUNREACH', 'UNREACHABLE'],
    ['ENETUNREACH', 'UNREACHABLE'],
    ['ENOENT', 'UNREACHABLE'],
    ['ECONNRESET', 'CONNECTION_LOST'],
    ['EPIPE', 'CONNECTION_LOST'],
    ['EBADF', 'QUERY_FAILED'],
  ])('with the code %s becomes %s', (code, name) => {
    const failure = toFailure(driverError(code), target)
    expect(failure.code).toBe(`DATABASE.${name}`)
    expect('sqlState' in failure.values).toBe(false)
  })

  test.each([
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'AUTHENTICATION_FAILED'],
    ['Connection terminated due to connection timeout', 'UNREACHABLE'],
    ['timeout expired', 'UNREACHABLE'],
    ['The server does not support SSL connections', 'UNREACHABLE'],
    ['timeout exceeded when trying to connect', 'POOL_EXHAUSTED'],
    ['Cannot use a pool after calling end on the pool', 'POOL_CLOSED'],
    ['driver has already been destroyed', 'POOL_CLOSED'],
    ['Connection terminated unexpectedly', 'CONNECTION_LOST'],
    ['Connection terminated', 'CONNECTION_LOST'],
    ['Client has encountered a connection error and is not queryable', 'CONNECTION_LOST'],
    ['Converting circular structure to JSON', 'QUERY_FAILED'],
  ])('that says "%s" becomes %s', (message, name) => {
    expect(toFailure(new Error(message), target).code).toBe(`DATABASE.${name}`)
  })

  test('for several addresses tells what each of them said', () => {
    const members = [
      driverError('ECONNREFUSED', 'refused ::1'),
      driverError('ECONNREFUSED', 'refused 127.0.0.1'),
    ]
    const group = Object.assign(new AggregateError(members), { code: 'ECONNREFUSED' })
    expect(toFailure(group, target).message).toBe(
      'No PostgreSQL answers at db.local:5432: refused ::1; refused 127.0.0.1.',
    )
  })

  test('that is none is told as it is', () => {
    expect(toFailure('thrown text')).toMatchObject({
      code: 'DATABASE.QUERY_FAILED',
      values: { said: 'thrown text' },
    })
    expect(toFailure(undefined)).toMatchObject({
      code: 'DATABASE.QUERY_FAILED',
      values: { said: 'undefined' },
    })
  })
})

test('only what may pass by itself is retriable', () => {
  const retriable = listErrors(errors).filter((doc) => doc.retriable)
  expect(retriable.map((doc) => doc.code.replace('DATABASE.', ''))).toEqual([
    'CONNECTION_LOST',
    'DEADLOCK',
    'LOCK_TIMEOUT',
    'POOL_EXHAUSTED',
    'SERIALIZATION',
    'TOO_MANY_CONNECTIONS',
    'UNREACHABLE',
  ])
})

test('a failure stays the same failure', () => {
  const failure = errors.URL_INVALID()
  expect(toFailure(failure)).toBe(failure)
})

test('what the server told about a row is kept', () => {
  const told = {
    schema: 'app',
    table: 'pet',
    column: 'id',
    constraint: 'pet_pkey',
    detail: 'Key (id)=(1).',
    hint: 'No.',
  }
  const failure = toFailure(Object.assign(driverError('23505'), told, { severity: 'ERROR', line: '1' }))
  expect(failure.values).toEqual({ ...told, said: 'it says so', sqlState: '23505' })
  expect(failure.message).toBe('A row breaks a constraint: it says so. Key (id)=(1).')
})

test('the hint of the server goes into the fix of a statement that failed', () => {
  expect(toFailure(Object.assign(driverError('42883'), { hint: 'Add a cast.' })).fix).toContain(
    '(Add a cast.)',
  )
  expect(toFailure(driverError('42883')).fix).not.toContain('(')
})

test('every error has a message and a fix that can be listed', () => {
  const list = listErrors(errors)
  expect(list.length).toBeGreaterThan(20)
  for (const doc of list) {
    expect(doc.message.length * doc.fix.length, doc.code).toBeGreaterThan(0)
    expect(`${doc.message} ${doc.fix}`, doc.code).not.toContain('undefined')
  }
})
