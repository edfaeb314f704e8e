import type { Queryable } from '@changeover/database'

import type { WorkType } from '../target/allowed-children.ts'
import { timeZone } from '../time-zone.ts'

/** Something with a place in time, as calendars show it. */
export interface CalendarEntry {
  readonly id: string
  readonly title: string
  readonly description: string
  /** Dates instead of instants; `end` is the day after the last one then. */
  readonly isAllDay: boolean
  /** `2026-03-04`, or ISO 8601 in UTC, to the microsecond. */
  readonly start: string
  /** Exclusive; null where it is not known. */
  readonly end: string | null
  readonly color: string
  readonly workType: WorkType
  readonly status: string
  readonly priority: string
  readonly parentId: string | null
  /** Since when it is as it is. ISO 8601 in UTC. */
  readonly changedAt: string
}

/** Which part of time, and what of it. */
export interface CalendarWindow {
  /** Instants, ISO 8601; `to` is exclusive. */
  readonly from: string
  readonly to: string
  /** All types unless given. */
  readonly workTypes?: readonly WorkType[]
  /** Leaves out what is completed or cancelled. */
  readonly onlyOpen?: boolean
}

const iso = (at: string) => `to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const starts = `(item.start_date + item.start_time) at time zone '${timeZone}'`
const ends = `(item.due_date + item.end_time) at time zone '${timeZone}'`
const firstDay = 'coalesce(item.start_date, item.due_date)'
// Calendars know no year after 9999.
const dayAfter = `least(greatest(${firstDay}, item.due_date) + 1, '9999-12-31')`

// A day of the calendar begins where the work is done: the window is turned into its days for what has no time of day.
const statement = `
  with day as (select ($1::timestamptz at time zone '${timeZone}')::date as first,
                      (($2::timestamptz - interval '1 microsecond') at time zone '${timeZone}')::date as last)
  select item.id, item.title, item.description, item.start_time is null or item.start_date is null as "isAllDay",
    case when item.start_date is null or item.start_time is null then ${firstDay}::text else ${iso(starts)} end as start,
    case when item.start_date is null or item.start_time is null then (${dayAfter})::text else ${iso(ends)} end as end,
    item.calendar_color as color, item.work_type as "workType", item.status, item.priority, item.parent_id as "parentId",
    ${iso('item.updated_at')} as "changedAt"
  from work_item item cross join day
  where item.is_calendar_visible and ${firstDay} <= day.last and greatest(${firstDay}, item.due_date) >= day.first
    and ($3::text[] is null or item.work_type = any($3::text[]))
    and not ($4::boolean and item.status in ('completed', 'cancelled'))
  order by ${firstDay}, item.start_time nulls first, item.id`

/**
 * Gives all work that has a date in the window and is to be seen in calendars, in the order of time.
 *
 * Cost: one statement, which reads the items with a date before the end of the window.
 */
export async function workItemEntries(
  database: Queryable,
  { from, to, workTypes, onlyOpen = false }: CalendarWindow,
): Promise<readonly CalendarEntry[]> {
  const { rows } = await database.query<CalendarEntry>(statement, [
    from,
    to,
    workTypes ? [...workTypes] : null,
    onlyOpen,
  ])
  return rows
}
