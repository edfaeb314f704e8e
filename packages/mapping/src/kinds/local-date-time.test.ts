import { describe, expect, it } from 'vitest'
import { defineMapping, docsOf, localDateTime, lossOf, sameKey, table, toLegacy, toTarget } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const legacy = table('event', { id: 'bigint not null', startsAt: 'timestamptz' }, { key: ['id'] })
const target = table(
  'item',
  { id: 'bigint not null', day: 'date', clock: 'time', data: 'jsonb' },
  { key: ['id'] },
)
const definition = { name: 'Event', legacy, target, identity: sameKey('id') }
const places = { date: 'day', time: 'clock', zone: 'Europe/Berlin' } as const
const mapping = defineMapping({
  ...definition,
  rules: [localDateTime('startsAt', { ...places, residue: 'data.starts_at' })],
})

describe('an instant', () => {
  it.each([
    ['2026-06-01 22:30:00.000001+00', { day: '2026-06-02', clock: '00:30:00.000001', data: {} }],
    [
      '2026-10-25 00:30:00+00',
      { day: '2026-10-25', clock: '02:30:00', data: { starts_at: expect.any(String) } },
    ],
    ['2026-10-25 01:30:00+00', { day: '2026-10-25', clock: '02:30:00', data: {} }],
    ['infinity', { day: 'infinity', clock: null, data: {} }],
    [null, { day: null, clock: null, data: {} }],
  ])('%s becomes a date and a time, and comes back', (startsAt, made) => {
    const row = toTarget(mapping, { id: '1', startsAt }, scope)
    expect(row).toEqual({ id: '1', ...made })
    expect(toLegacy(mapping, row, scope)).toEqual({ id: '1', startsAt })
  })

  it('is refused at the end of the range', () => {
    expect(() => toTarget(mapping, { id: '1', startsAt: '294276-12-31 23:59:59+00' }, scope)).toThrow(
      'is outside the range of local times',
    )
  })
})

describe('a date and a time', () => {
  const { data } = toTarget(mapping, { id: '1', startsAt: '2026-10-25 00:30:00+00' }, scope)
  const read = (day: string | null, clock: string | null) =>
    toLegacy(mapping, { id: '1', day, clock, data: data ?? null }, scope)['startsAt']

  it('read as the kept instant only while they are those of it', () => {
    expect(read('2026-10-25', '02:30:00')).toBe('2026-10-25 00:30:00+00')
    expect(read('2026-10-25', '02:31:00')).toBe('2026-10-25 01:31:00+00')
    expect(read('2026-10-26', '02:30:00')).toBe('2026-10-26 01:30:00+00')
  })

  it('read as midnight without the time, and as NULL without the date', () => {
    expect(read('2026-06-02', null)).toBe('2026-06-01 22:00:00+00')
    expect(read(null, null)).toBeNull()
    expect(read(null, '02:30:00')).toBeNull()
    expect(() => read('5874897-12-31', null)).toThrow('outside the range of instants')
  })
})

it('says what is lost without residue', () => {
  const plain = defineMapping({ ...definition, rules: [localDateTime('startsAt', places)] })
  expect(lossOf(plain)[0]?.forward).toEqual({
    holds: 'part',
    why: 'of an hour that Europe/Berlin repeats, the second is taken',
  })
  expect(lossOf(mapping)[0]?.forward).toEqual({ holds: 'residue', in: ['data.starts_at'] })
})

it('takes a region for the zone, and only columns that can carry date and time', () => {
  const define = (change: object) =>
    defineMapping({ ...definition, rules: [localDateTime('startsAt', { ...places, ...change })] })
  expect(() => define({ zone: 'CET' })).toThrow('CET is no time zone region')
  expect(() => define({ date: 'clock', time: 'day' })).toThrow('clock is time and cannot carry date.')
})

it('is shown in the reference', () => {
  expect(docsOf(mapping)).toContain(
    'date and time in Europe/Berlin; the first of a repeated hour kept in data.starts_at',
  )
})
