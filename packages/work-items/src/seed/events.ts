import type { Queryable } from '@changeover/database'

import {
  eventPriorities,
  eventStatuses,
  eventTypes,
  projectActivityTypes,
  quarters,
} from '../legacy/event.ts'
import { jsonValues } from './json-values.ts'
import { texts } from './texts.ts'

// Each with its end. Local midnight in Manila is 16:00 UTC; in the summers of 1978 and 1990 it was 15:00.
const oddTimes = [
  ['2024-02-28 16:00:00+00', '2024-02-29 15:59:59.999999+00'],
  ['2024-02-29 15:59:59.999999+00', '2024-02-29 16:00:00+00'],
  ['2023-12-31 16:00:00+00', '2023-12-31 16:00:00+00'],
  ['2024-12-31 15:59:59.999999+00', '2025-01-01 00:00:00+00'],
  ['0001-06-15 12:34:56.789012+00', '0001-06-15 13:00:00+00'],
  ['9999-12-30 16:00:00+00', '9999-12-31 15:59:59.999999+00'],
  ['1843-07-04 01:02:03.000004+00', '1843-07-04 05:00:00+00'],
  ['1899-12-31 16:00:00+00', '1900-01-01 15:59:59+00'],
  ['1969-12-31 23:59:59.999999+00', '1970-01-01 00:00:00.000001+00'],
  ['1978-04-30 15:00:00+00', '1978-05-01 14:59:59.5+00'],
  ['1990-06-15 15:00:00.123456+00', '1990-06-16 02:00:00+00'],
  ['2038-01-19 03:14:08+00', '2038-01-19 03:14:08.000001+00'],
]

const hours = ['0.00', '0.25', '8.50', '99.99', '1.10']

const amounts = ['0.00', '0.01', '1500.50', '9999999999.99', '20.00']

const addEvents = `
  insert into event (
    id, title, event_type, description, objectives, community_id, status, priority, start_datetime,
    end_datetime, duration_hours, venue, address, coordinates, is_virtual, virtual_platform, virtual_link,
    virtual_meeting_id, virtual_passcode, organizer_id, expected_participants, actual_participants,
    target_audience, agenda, materials_needed, minutes, outcomes, decisions_made, key_discussions,
    budget_allocated, actual_cost, feedback_summary, satisfaction_rating, lessons_learned, follow_up_required,
    follow_up_date, follow_up_notes, is_recurring, recurrence_pattern_id, parent_event_id,
    is_quarterly_coordination, quarter, fiscal_year, related_project_id, is_project_activity,
    project_activity_type, created_by_id, created_at, updated_at)
  select
    md5('event ' || n)::uuid,
    text[1 + n % cardinality(text)],
    type[1 + n % cardinality(type)],
    case when n % 9 > 0 then text[1 + n * 7 % cardinality(text)] else '' end,
    case when n % 3 > 0 then text[1 + n * 11 % cardinality(text)] else '' end,
    case when n % 4 > 0 then md5('community ' || n % 20)::uuid end,
    status[1 + n % cardinality(status)],
    priority[1 + n % cardinality(priority)],
    coalesce(odd_start[n], usual_start),
    coalesce(odd_end[n], case when n % 4 > 0 then usual_start + n % 30 * interval '37 min 0.5 s' end),
    case when n % 5 > 0 then hour[1 + n % cardinality(hour)]::numeric end,
    case when n % 3 > 0 then left(text[1 + n * 13 % cardinality(text)], 255) else '' end,
    case when n % 2 = 0 then text[1 + n * 17 % cardinality(text)] else '' end,
    case when n % 4 > 0 then json[1 + n % cardinality(json)]::jsonb end,
    n % 3 = 0,
    case when n % 3 = 0 then 'Zoom' else '' end,
    case when n % 3 = 0 then 'https://example.org/meet?id=' || n || '&pwd=%20' else '' end,
    case when n % 3 = 0 then lpad(n::text, 11, '0') else '' end,
    case when n % 6 = 0 then '00' || n else '' end,
    person[1 + n % cardinality(person)],
    n % 50,
    case when n % 2 = 0 then n * 3 % 50 else 0 end,
    case when n % 5 = 1 then text[1 + n * 19 % cardinality(text)] else '' end,
    case when n % 5 = 2 then text[1 + n * 19 % cardinality(text)] else '' end,
    case when n % 5 = 3 then text[1 + n * 19 % cardinality(text)] else '' end,
    case when n % 5 = 4 then text[1 + n * 19 % cardinality(text)] else '' end,
    case when n % 7 = 1 then text[1 + n * 23 % cardinality(text)] else '' end,
    case when n % 7 = 2 then text[1 + n * 23 % cardinality(text)] else '' end,
    case when n % 7 = 3 then text[1 + n * 23 % cardinality(text)] else '' end,
    case when n % 3 > 0 then amount[1 + n % cardinality(amount)]::numeric end,
    case when n % 4 > 0 then amount[1 + n * 3 % cardinality(amount)]::numeric end,
    case when n % 7 = 4 then text[1 + n * 23 % cardinality(text)] else '' end,
    case when n % 6 > 0 then n % 6 end,
    case when n % 7 = 5 then text[1 + n * 23 % cardinality(text)] else '' end,
    n % 8 = 0,
    case when n % 8 = 0 then date '2024-02-29' + n end,
    case when n % 8 = 0 then text[1 + n * 29 % cardinality(text)] else '' end,
    n % 10 = 0,
    case when n % 10 = 0 then pattern[1 + n / 10 % cardinality(pattern)] end,
    case when n between 151 and 180 then md5('event ' || n - 150)::uuid end,
    n % 5 = 0,
    quarter[1 + n % cardinality(quarter)],
    case when n % 5 > 0 then 2020 + n % 9 end,
    case when n % 3 = 0 then md5('project_workflow ' || 1 + n % 25)::uuid end,
    n % 3 = 0,
    case when n % 3 = 0 then activity[1 + n / 3 % cardinality(activity)] else '' end,
    person[1 + n * 3 % cardinality(person)],
    timestamptz '2023-01-31 15:59:59.999999+00' + n * interval '7 h 0.000001 s',
    timestamptz '2024-03-01 16:00:00.000001+00' + n * interval '11 h 0.100001 s'
  from generate_series(1, 200) n,
    lateral (select timestamptz '2024-01-01 16:00:00+00' + n * interval '41 hours 23 min 0.654321 s'
      as usual_start) as usual,
    (select $1::text[] as text, $2::text[] as type, $3::text[] as status, $4::text[] as priority,
      $5::timestamptz[] as odd_start, $6::timestamptz[] as odd_end, $7::text[] as hour, $8::text[] as json,
      $9::text[] as amount, $10::text[] as quarter, $11::text[] as activity,
      (select array_agg(id order by id) from app_user) as person,
      (select array_agg(id order by id) from recurring_pattern) as pattern) as pool`

const addLinks = `
  with seeded as (
    select n, md5('event ' || n)::uuid as event_id from generate_series(1, 200) n
  ), person as (
    select id, row_number() over (order by id) as m from app_user
  ), organizations as (
    insert into event_organizations (event_id, organization_id)
    select event_id, id
    from seeded, (select id, row_number() over (order by id) as m from organization) as organization
    where (n + m) % 4 = 0
  ), co_organizers as (
    insert into event_co_organizers (event_id, app_user_id)
    select event_id, id from seeded, person where n % 3 > 0 and (n * 3 + m) % 9 = 0
  )
  insert into event_facilitators (event_id, app_user_id)
  select event_id, id from seeded, person where n % 4 > 0 and (n * 5 + m) % 7 = 0`

/** Adds 200 events: every type and status, thirty of them below another event, odd moments. */
export async function seedEvents(database: Queryable): Promise<void> {
  await database.query(addEvents, [
    texts,
    eventTypes,
    eventStatuses,
    eventPriorities,
    oddTimes.map(([start]) => start),
    oddTimes.map(([, end]) => end),
    hours,
    jsonValues,
    amounts,
    quarters,
    projectActivityTypes,
  ])
  await database.query(addLinks)
}
