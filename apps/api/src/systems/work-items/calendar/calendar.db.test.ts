import { timeZone, workTypes } from '@changeover/work-items'
import ICAL from 'ical.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../../../api.fixture.ts'

interface Shown {
  readonly id: string
  readonly title: string
  readonly start: string
  readonly end?: string
  readonly allDay: boolean
  readonly extendedProps: { readonly workType: string }
}

const window = 'start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z'
let unified: RunningApi
let legacy: RunningApi
beforeAll(async () => {
  unified = await startApi({ usesUnifiedCalendar: true })
  legacy = await startApi()
  await unified.go('legacy-leads')
  await unified.fill()
  await unified.database.query('update changeover.phase set read_percent = 100, version = version + 1')
  await vi.waitFor(async () => {
    const types = (await shown(unified, window)).map(({ extendedProps }) => extendedProps.workType)
    expect(new Set(types).size).toBeGreaterThan(1)
  }, 10_000)
})
afterAll(async () => {
  await unified.close()
  await legacy.close()
})

/** The parser writes the year 1 as 1. */
const yearOfFour = (text: string) => text.replace(/^\d+/, (year) => year.padStart(4, '0'))

const shown = async (api: RunningApi, query: string) =>
  (await api.app.inject(`/api/calendar.json?${query}`)).json<readonly Shown[]>()
const overlapping = `select count(*)::int as count from event
  where start_datetime < '2100-01-01Z' and coalesce(end_datetime, start_datetime) >= '2000-01-01Z'`
const count = async (api: RunningApi, text: string) =>
  (await api.database.query<{ count: number }>(text)).rows[0]?.count

describe('the unified calendar', () => {
  test('shows all types of work that have a date', async () => {
    const entries = await shown(unified, window)
    expect(entries.length).toBe(
      await count(
        unified,
        `select count(*)::int as count from work_item where is_calendar_visible
          and coalesce(start_date, due_date) <= '2100-01-01' and greatest(start_date, due_date) >= '2000-01-01'`,
      ),
    )
    const types = new Set(entries.map(({ extendedProps }) => extendedProps.workType))
    expect(workTypes.filter((type) => types.has(type)).length).toBeGreaterThanOrEqual(4)
  })

  test('shows what begins and ends on a day of the place as that day, and a time as an instant', async () => {
    const [timed] = (await shown(unified, `${window}&workType=activity`)).filter(({ allDay }) => !allDay)
    const [stored] = (
      await unified.database.query<{ local: string }>(
        `select to_char($1::timestamptz at time zone '${timeZone}', 'YYYY-MM-DD HH24:MI:SS.US') as local`,
        [timed?.start ?? ''],
      )
    ).rows
    const { rows } = await unified.database.query<{ local: string }>(
      `select to_char(start_date + start_time, 'YYYY-MM-DD HH24:MI:SS.US') as local from work_item where id = $1`,
      [timed?.id],
    )
    expect(rows).toEqual([stored])
    const [day] = (await shown(unified, `${window}&workType=task`)).filter(({ allDay }) => allDay)
    expect(day?.start).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect((day?.end ?? '') > (day?.start ?? 'z')).toBe(true)
  })

  test('leaves out what is over, where asked', async () => {
    const open = await shown(unified, `${window}&completed=hide`)
    const all = await shown(unified, window)
    expect(open.length).toBeLessThan(all.length)
    expect(open.length).toBeGreaterThan(0)
  })

  test('is iCalendar that a parser reads back, the same at every poll', async () => {
    const poll = () => unified.app.inject(`/api/calendar.ics?${window}`)
    const { body, headers } = await poll()
    expect(headers['content-type']).toBe('text/calendar; charset=utf-8')
    expect((await poll()).body).toBe(body)
    const events = new ICAL.Component(ICAL.parse(body) as unknown[]).getAllSubcomponents('vevent')
    const entries = new Map((await shown(unified, window)).map((entry) => [entry.id, entry]))
    expect(events).toHaveLength(entries.size)
    for (const component of events) {
      const event = new ICAL.Event(component)
      const entry = entries.get(event.uid)
      expect(event.summary).toBe(entry?.title.replaceAll('\r\n', '\n'))
      expect(event.startDate.isDate).toBe(entry?.allDay)
      const seconds = (text: string) => (text.length === 10 ? text : `${text.slice(0, 19)}Z`)
      expect(yearOfFour(event.startDate.toString())).toBe(seconds(entry?.start ?? ''))
      if (entry?.end !== undefined) expect(yearOfFour(event.endDate.toString())).toBe(seconds(entry.end))
    }
    for (const line of body.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  })
})

test('FM-45 the unified calendar is not shown before the target is proven to hold the rows', async () => {
  const early = await startApi({ usesUnifiedCalendar: true })
  await early.go('legacy-leads')
  expect(await shown(early, window)).toHaveLength((await count(early, overlapping)) ?? -1)
  await early.close()
})

describe('the legacy calendar', () => {
  test('shows events alone, in every phase the same', async () => {
    const before = await shown(legacy, window)
    expect(before).toHaveLength((await count(legacy, overlapping)) ?? -1)
    await legacy.go('target-leads')
    expect(await shown(legacy, window)).toEqual(before)
  })
})
