import { describe, expect, it } from 'vitest'
import { firstInstant, instantOf, isZone, lastInstant, localOf } from './local-time.ts'

const berlin = 'Europe/Berlin'

describe('a local time', () => {
  it.each([
    ['2026-10-25 00:30:00+00', { date: '2026-10-25', time: '02:30:00' }],
    ['2026-10-25 01:30:00.5+00', { date: '2026-10-25', time: '02:30:00.5' }],
    ['9999-12-31 23:30:00+00', { date: '10000-01-01', time: '00:30:00' }],
    ['0001-12-31 23:30:00+00 BC', { date: '0001-01-01', time: '00:23:28' }],
    ['294276-12-27 23:59:59.999999+00', { date: '294276-12-28', time: '00:59:59.999999' }],
    ['infinity', { date: 'infinity', time: null }],
    ['-infinity', { date: '-infinity', time: null }],
  ])('of %s is right', (instant, local) => {
    expect(localOf(instant, berlin)).toEqual(local)
  })

  it.each(['4713-11-25 23:00:00+00 BC', '294276-12-31 23:59:59.999999+00'])(
    'of %s is none: it is near the end of the range',
    (instant) => {
      expect(localOf(instant, berlin)).toBeUndefined()
    },
  )

  it.each([
    firstInstant,
    lastInstant,
    '0044-03-15 12:00:00.000001+00 BC',
    '5000-07-01 00:00:00+00',
    '275761-07-01 00:00:00+00',
    'infinity',
  ])('gives %s back', (instant) => {
    for (const zone of [berlin, 'Asia/Manila', 'America/Juneau', 'Pacific/Kiritimati', 'UTC']) {
      const local = localOf(instant, zone)
      expect(local && instantOf(local, zone)).toBe(instant)
    }
  })
})

describe('an instant', () => {
  it.each([
    ['the second of a repeated hour', '2026-10-25', '02:30:00', '2026-10-25 01:30:00+00'],
    ['later by the gap in a skipped hour', '2026-03-29', '02:30:00', '2026-03-29 01:30:00+00'],
    ['midnight without a time', '2026-01-02', null, '2026-01-01 23:00:00+00'],
    ['the next midnight at 24:00', '2026-01-01', '24:00:00', '2026-01-01 23:00:00+00'],
    ['infinite on an infinite date', '-infinity', '12:00:00', '-infinity'],
  ])('is %s', (_, date, time, instant) => {
    expect(instantOf({ date, time }, berlin)).toBe(instant)
  })

  it('is none beyond the range of timestamps', () => {
    expect(instantOf({ date: '5874897-12-31', time: null }, berlin)).toBeUndefined()
    expect(instantOf({ date: '4714-11-24 BC', time: null }, berlin)).toBeUndefined()
  })
})

it('takes regions for zones, and no abbreviations', () => {
  expect(['Asia/Manila', 'UTC', 'America/Argentina/Buenos_Aires'].every(isZone)).toBe(true)
  expect(['EST', 'CET', 'Asia/Atlantis', '+08:00', "a/b'", ''].some(isZone)).toBe(false)
})
