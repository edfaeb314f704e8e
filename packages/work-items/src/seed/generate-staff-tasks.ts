import type { Database } from '@changeover/database'

import {
  assessmentPhases,
  policyPhases,
  servicePhases,
  taskContexts,
  taskDomains,
  taskPriorities,
  taskStatuses,
} from '../legacy/staff-task.ts'
import { jsonObjects } from './json-values.ts'
import { seedPeople } from './people.ts'
import { texts } from './texts.ts'

const addTasks = `
  with task as (
    insert into staff_task (
      title, description, impact, created_by_id, linked_event_id, linked_workflow_id, status, priority, progress,
      board_position, start_date, due_date, completed_at, created_at, updated_at, domain, task_category,
      task_context, assessment_phase, policy_phase, service_phase, deliverable_type, geographic_scope,
      workflow_stage, auto_generated, estimated_hours, actual_hours)
    select
      'Task ' || n || ': ' || left(text[1 + n * 7919 % cardinality(text)], 60),
      case when n % 3 > 0 then text[1 + n * 31 % cardinality(text)] else '' end,
      case when n % 5 = 0 then 'impact ' || n % 1000 else '' end,
      case when n % 10 > 0 then person[1 + n % cardinality(person)] end,
      case when n % 8 = 1 then event[1 + n % cardinality(event)] end,
      case when n % 8 = 2 then workflow[1 + n % cardinality(workflow)] end,
      status[1 + n % cardinality(status)],
      priority[1 + n / 4 % cardinality(priority)],
      n % 101,
      n % 1000,
      case when n % 4 > 0 then date '2020-01-01' + (n % 2000)::int end,
      case when n % 5 > 0 then date '2020-02-01' + (n % 2200)::int end,
      case when n % 4 = 3 then timestamptz '2024-01-01 00:00:00.000001+00' + n * interval '0.123457 s' end,
      timestamptz '2020-01-01 00:00:00+00' + n * interval '61.000001 s',
      timestamptz '2020-01-02 00:00:00+00' + n * interval '61.000003 s',
      domain[1 + n % cardinality(domain)],
      case when n % 2 > 0 then 'category ' || n % 40 else '' end,
      context[1 + n % cardinality(context)],
      assessment[1 + n % cardinality(assessment)],
      policy[1 + n % cardinality(policy)],
      service[1 + n % cardinality(service)],
      case when n % 3 = 0 then 'deliverable ' || n % 25 else '' end,
      json[1 + n % cardinality(json)]::jsonb,
      case when n % 6 > 0 then 'stage ' || n % 6 else '' end,
      n % 7 = 0,
      case when n % 3 > 0 then (n % 999900) / 100.0 end,
      case when n % 4 = 0 then (n % 8000) / 100.0 end
    from generate_series(1, $1::bigint) n,
      (select $2::text[] as text, $3::text[] as status, $4::text[] as priority, $5::text[] as domain,
        $6::text[] as context, $7::text[] as assessment, $8::text[] as policy, $9::text[] as service,
        $10::text[] as json,
        (select array_agg(id order by id) from app_user) as person,
        (select array_agg(id order by id) from event) as event,
        (select array_agg(id order by id) from project_workflow) as workflow) as pool
    returning id
  ), person as (
    select array_agg(id order by id) as ids from app_user
  )
  insert into staff_task_assignees (staff_task_id, app_user_id)
  select task.id, ids[1 + (task.id + offset_) % cardinality(ids)]
  from task, person, generate_series(0, 1) offset_
  where offset_ < case task.id % 10 when 0 then 0 when 1 then 2 else 1 end`

/**
 * Adds many staff tasks for measurements, about one assignee each, and the people they need.
 *
 * Links to events and projects are set where some exist, one task in eight each.
 *
 * Cost: one statement, about 25 s per million; then ANALYZE.
 */
export async function generateStaffTasks(database: Database, count: number): Promise<void> {
  await database.transaction(async (tx) => {
    await seedPeople(tx)
    await tx.query(addTasks, [
      count,
      texts,
      taskStatuses,
      taskPriorities,
      taskDomains,
      taskContexts,
      assessmentPhases,
      policyPhases,
      servicePhases,
      jsonObjects,
    ])
  })
  await database.query('analyze staff_task, staff_task_assignees, app_user')
}
