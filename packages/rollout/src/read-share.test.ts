import { expect, test } from 'vitest'
import { type PhaseName, phaseNames, phases } from './phase.ts'
import { bucketOf, readsTarget, type ReadShare } from './read-share.ts'

const keys = Array.from({ length: 2_000 }, (_, index) => `user-${index}`)
const share = (phase: PhaseName, readPercent: number, rest: Partial<ReadShare> = {}): ReadShare => ({
  migration: 'crm',
  phase: phases[phase],
  readPercent,
  readTenants: [],
  ...rest,
})
const movedBy = (each: ReadShare) => new Set(keys.filter((key) => readsTarget(each, { key })))

test('a growing share only adds keys, and never takes one back', () => {
  let before = new Set<string>()
  for (const percent of [0, 0.01, 1, 5, 5.5, 25, 50, 99, 100]) {
    const moved = movedBy(share('legacy-leads', percent))
    expect([...before].filter((key) => !moved.has(key))).toEqual([])
    expect(Math.abs(moved.size / keys.length - percent / 100)).toBeLessThan(0.04)
    before = moved
  }
  expect(before.size).toBe(keys.length)
})

test('a key is in the same bucket in every process, and elsewhere in another migration', () => {
  expect(bucketOf('crm', 'user-1')).toBe(83.92)
  const same = keys.filter((key) => bucketOf('crm', key) === bucketOf('cms', key))
  expect(same.length).toBeLessThan(10)
})

test.each(phaseNames)('in %s the share selects only within what the phase permits', (phase) => {
  const all = movedBy(share(phase, 100, { readTenants: ['acme'] })).size
  const none = movedBy(share(phase, 0)).size
  const expected = { 'legacy-only': [0, 0], 'legacy-leads': [2_000, 0], 'target-leads': [2_000, 0] }
  expect([all, none]).toEqual(expected[phase as keyof typeof expected] ?? [2_000, 2_000]) // the other two are not shared
})

test('a tenant that is named reads from the target, whatever the bucket of the key', () => {
  const one = share('legacy-leads', 0, { readTenants: ['acme'] })
  expect(readsTarget(one, { key: 'user-1', tenant: 'acme' })).toBe(true)
  expect(readsTarget(one, { key: 'user-1', tenant: 'other' })).toBe(false)
  expect(
    readsTarget(share('legacy-only', 0, { readTenants: ['acme'] }), { key: 'user-1', tenant: 'acme' }),
  ).toBe(false)
})
