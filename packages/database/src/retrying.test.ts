import { defineErrors } from '@changeover/errors'
import { describe, expect, test } from 'vitest'
import { type Database, errors, retrying, type Transaction } from './index.ts'

const deadlock = errors.DEADLOCK({ said: 'deadlock detected' })
const tx: Transaction = { inTransaction: true, query: async () => ({ rows: [], rowCount: 0 }) }
const database: Database = { ...tx, inTransaction: false, transaction: (work) => work(tx) }

/** Runs work that throws these one after the other, then returns. */
async function run(thrown: readonly unknown[], options: { attempts?: number; random?: () => number } = {}) {
  const left = [...thrown]
  const delays: number[] = []
  const sleep = async (delayMs: number) => void delays.push(delayMs)
  const work = async () => {
    if (left.length > 0) throw left.shift()
    return 'done'
  }
  const result = await retrying(database, work, { random: () => 1, ...options, sleep }).catch(
    (error: unknown) => error,
  )
  return { result, delays, runs: thrown.length - left.length + (result === 'done' ? 1 : 0) }
}

describe('retrying', () => {
  test('returns what the work returns', async () => {
    expect(await run([])).toEqual({ result: 'done', delays: [], runs: 1 })
  })

  test.each([
    ['a deadlock', deadlock],
    ['a serialization failure', errors.SERIALIZATION({ said: '' })],
    ['a lock timeout', errors.LOCK_TIMEOUT({ said: '' })],
    ['a deadlock in a failure of another package', wrapped(deadlock)],
    ['a deadlock that the ORM tells of', Object.assign(new Error('deadlock'), { code: '40P01' })],
  ])('runs the whole transaction again after %s', async (_, error) => {
    expect(await run([error])).toMatchObject({ result: 'done', runs: 2 })
  })

  test.each([
    ['a broken connection, since nobody knows what it did', errors.CONNECTION_LOST({ said: '' })],
    ['a constraint', errors.CONSTRAINT_VIOLATED({ said: '' })],
    ['a bug', new TypeError('mine')],
  ])('does not run it again after %s', async (_, error) => {
    expect(await run([error])).toEqual({ result: error, delays: [], runs: 1 })
  })

  test('gives up after its attempts, with the last failure', async () => {
    const last = errors.LOCK_TIMEOUT({ said: 'last' })
    expect(await run([deadlock, deadlock, last, deadlock], { attempts: 3 })).toMatchObject({
      result: last,
      runs: 3,
    })
  })

  test('doubles the longest pause each time, up to five seconds', async () => {
    const { delays } = await run(
      Array.from({ length: 10 }, () => deadlock),
      { attempts: 11 },
    )
    expect(delays).toEqual([20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000])
  })

  test('pauses for a random part of that', async () => {
    const { delays } = await run([deadlock, deadlock], { random: () => 0.25 })
    expect(delays).toEqual([5, 10])
  })

  test('hands the isolation on', async () => {
    const asked: unknown[] = []
    const noting: Database = {
      ...database,
      transaction: async (work, options) => (asked.push(options), work(tx)),
    }
    await retrying(noting, async () => {}, { isolation: 'serializable', readOnly: true, attempts: 2 })
    expect(asked).toEqual([{ isolation: 'serializable', readOnly: true }])
  })
})

function wrapped(cause: unknown): Error {
  const other = defineErrors('SYNC', { FAILED: { message: () => 'No.', fix: 'Look.' } })
  return other.FAILED({}, { cause })
}
