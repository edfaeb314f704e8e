import { PassThrough } from 'node:stream'
import type { Activity, SeenMapping } from '@changeover/migration'
import { expect, test } from 'vitest'
import { createActivityView } from './activity-view.ts'

const mapping: SeenMapping = {
  mapping: 'StaffTask',
  state: 'running',
  rowsDone: 450,
  rowsEstimated: 1_000,
  percent: 45,
  rowsPerSecond: 50,
  etaSecondsLow: 10,
  etaSecondsHigh: 12,
  quarantined: 0,
  silentSeconds: 0,
  failure: null,
  throttle: { sharePercent: 20, reason: 'others-at-work', because: '1.0 others at work' },
}
const activity: Activity = {
  migration: 'work-items',
  phase: 'legacy-leads',
  mappings: [mapping],
  transition: null,
  isBusy: true,
}
const later = { ...activity, mappings: [{ ...mapping, rowsDone: 500, percent: 50, throttle: null }] }

/** A stream that keeps what was written; as a terminal of 120 columns, or not. */
function streamOf(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 40 })
  return {
    // As much of a terminal as the view uses.
    stream: stream as unknown as NodeJS.WriteStream,
    written: () => String(stream.read() ?? ''),
  }
}

test('in a terminal the view is drawn, drawn again in the same place, and taken away at the end', () => {
  const { stream, written } = streamOf(true)
  const view = createActivityView({ stream, say: () => expect.unreachable() })
  view.show(activity)
  const first = written()
  expect(first).toContain('work-items, in legacy-leads')
  expect(first).toContain('45.0 %  450 of 1,000 rows  50 rows/s')
  expect(first).toContain('StaffTask goes on at 20 % of the time: 1.0 others at work')
  view.show(later)
  const second = written()
  // What has changed is erased and written again, above the cursor.
  const erased = second.indexOf('\u001b[2K')
  expect(erased).toBeGreaterThanOrEqual(0)
  expect(erased).toBeLessThan(second.indexOf('50.0 %'))
  expect(second).not.toContain('others at work')
  view.end()
  expect(written()).not.toContain('StaffTask')
})

test('without a terminal each change is one line, and nothing is said twice', () => {
  const { stream, written } = streamOf(false)
  const said: string[] = []
  const view = createActivityView({ stream, say: (text) => void said.push(text) })
  view.show(activity)
  view.show(activity)
  view.show(later)
  view.end()
  expect(said).toEqual([
    'StaffTask  45.0 %  450 of 1,000 rows  50 rows/s  10 s–12 s left  at 20 % of the time: 1.0 others at work',
    'StaffTask  50.0 %  500 of 1,000 rows  50 rows/s  10 s–12 s left',
  ])
  expect(written()).toBe('')
})
