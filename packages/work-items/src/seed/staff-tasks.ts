import type { Queryable } from '@changeover/database'

import {
  assessmentPhases,
  policyPhases,
  servicePhases,
  taskDomains,
  taskPriorities,
  taskStatuses,
} from '../legacy/staff-task.ts'
import { jsonValues } from './json-values.ts'
import { texts } from './texts.ts'

const dates = [
  '2024-02-29',
  '0001-01-01',
  '9999-12-31',
  '1844-12-31',
  '1582-10-10',
  '1970-01-01',
  '2000-02-29',
]

const hours = ['0.00', '0.50', '12.30', '9999.99', '-1.50', '40.00']

// Where the whole seed needs one key that JavaScript cannot count to, it is that of the last task.
const addTasks = `
  insert into staff_task (
    id, title, description, impact, created_by_id, linked_event_id, linked_workflow_id, status, priority,
    progress, board_position, start_date, due_date, completed_at, created_at, updated_at, is_recurring,
    recurrence_pattern_id, recurrence_parent_id, is_recurrence_exception, domain, task_category, task_context,
    assessment_phase, policy_phase, service_phase, deliverable_type, geographic_scope, workflow_stage,
    auto_generated, estimated_hours, actual_hours)
  select
    case n when 150 then 9007199254740993 else n end,
    text[1 + n % cardinality(text)],
    case when n % 4 > 0 then text[1 + n * 7 % cardinality(text)] else '' end,
    case when n % 3 > 0 then text[1 + n * 11 % cardinality(text)] else '' end,
    case when n % 10 > 0 then person[1 + n % cardinality(person)] end,
    case when n % 4 in (1, 2) then md5('event ' || 1 + n * 3 % 200)::uuid end,
    case when n % 4 in (2, 3) then md5('project_workflow ' || 1 + n % 25)::uuid end,
    status[1 + n % cardinality(status)],
    priority[1 + n / 4 % cardinality(priority)],
    case n % 4 when 0 then 0 when 3 then 100 else n % 101 end,
    case n when 149 then 2147483647 else n * 3 % 50 end,
    case when n % 5 > 0 then coalesce(day[n], date '2024-01-01' + n) end,
    case when n % 6 > 0 then coalesce(day[n + 1], date '2024-02-01' + n * 2) end,
    case when n % 8 = 3 then timestamptz '2024-02-28 16:00:00.000001+00' + n * interval '1 h 0.123456 s' end,
    timestamptz '2023-08-31 15:59:59.999999+00' + n * interval '5 h 0.000001 s',
    timestamptz '2024-02-29 16:00:00.000001+00' + n * interval '3 h 0.100001 s',
    n <= 20 or n between 101 and 120,
    case when n <= 20 or n between 101 and 120 then pattern[1 + n % cardinality(pattern)] end,
    case when n between 101 and 120 then n - 100 end,
    n in (105, 115),
    domain[1 + n % cardinality(domain)],
    case when n % 3 > 0 then 'category ' || n % 7 else '' end,
    case n % 4 when 0 then 'standalone' when 1 then 'activity' when 2 then 'project_activity' else 'project' end,
    assessment[1 + n % cardinality(assessment)],
    policy[1 + n % cardinality(policy)],
    service[1 + n % cardinality(service)],
    case when n % 5 > 0 then left(text[1 + n * 13 % cardinality(text)], 50) else '' end,
    json[1 + n % cardinality(json)]::jsonb,
    case when n % 7 > 0 then 'stage ' || n % 7 else '' end,
    n % 9 = 0,
    case when n % 3 > 0 then hour[1 + n % cardinality(hour)]::numeric end,
    case when n % 4 > 0 then hour[1 + n * 5 % cardinality(hour)]::numeric end
  from generate_series(1, 150) n,
    (select $1::text[] as text, $2::text[] as status, $3::text[] as priority, $4::date[] as day,
      $5::text[] as domain, $6::text[] as assessment, $7::text[] as policy, $8::text[] as service,
      $9::text[] as json, $10::text[] as hour,
      (select array_agg(id order by id) from app_user) as person,
      (select array_agg(id order by id) from recurring_pattern) as pattern) as pool
  order by n`

const addLinks = `
  with task as (
    select id as staff_task_id, row_number() over (order by id) as n from staff_task
  ), assignees as (
    insert into staff_task_assignees (staff_task_id, app_user_id)
    select staff_task_id, id
    from task, (select id, row_number() over (order by id) as m from app_user) as person
    where n % 5 > 0 and (n * 3 + m) % 6 = 0
  )
  insert into staff_task_teams (staff_task_id, staff_team_id)
  select staff_task_id, id
  from task, (select id, row_number() over (order by id) as m from staff_team) as team
  where n % 3 > 0 and (n + m) % 4 = 0`

// The next task gets 150 or more: the sequence never saw the keys above, and the largest is out of line.
const setSequence = `select setval(pg_get_serial_sequence('staff_task', 'id'), 149)`

/** Adds 150 tasks: every enum value, twenty of them recurrences of another, linked to events, projects, both. */
export async function seedStaffTasks(database: Queryable): Promise<void> {
  await database.query(addTasks, [
    texts,
    taskStatuses,
    taskPriorities,
    dates,
    taskDomains,
    assessmentPhases,
    policyPhases,
    servicePhases,
    jsonValues,
    hours,
  ])
  await database.query(addLinks)
  await database.query(setSequence)
}
