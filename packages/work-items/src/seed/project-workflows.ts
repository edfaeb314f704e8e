import type { Queryable } from '@changeover/database'

import { workflowPriorities, workflowStages } from '../legacy/project-workflow.ts'
import { jsonValues } from './json-values.ts'
import { texts } from './texts.ts'

const dates = ['2024-02-29', '0001-01-01', '9999-12-31', '1899-12-31', '2000-02-29', '1970-01-01']

const budgets = ['0.00', '0.01', '1234567.50', '9999999999.99', '-1.10', '100.00']

const statement = `
  insert into project_workflow (
    id, title, primary_need_id, ppa_id, current_stage, stage_history, priority_level, project_lead_id,
    mao_focal_person_id, initiated_date, target_completion_date, actual_completion_date, overall_progress,
    is_on_track, is_blocked, blocker_description, estimated_budget, budget_approved, budget_approval_date,
    notes, lessons_learned, created_by_id, created_at, updated_at)
  select
    md5('project_workflow ' || n)::uuid,
    text[1 + n % cardinality(text)],
    md5('need ' || n)::uuid,
    case when n % 3 > 0 then md5('ppa ' || n)::uuid end,
    stage[1 + n % cardinality(stage)],
    json[1 + n % cardinality(json)]::jsonb,
    priority[1 + n % cardinality(priority)],
    case when n % 4 > 0 then person[1 + n % cardinality(person)] end,
    case when n % 5 > 1 then md5('focal ' || n)::uuid end,
    coalesce(day[n], date '2023-01-01' + n * 17),
    case when n % 4 > 0 then coalesce(day[n + 1], date '2024-01-01' + n * 19) end,
    case when n % 9 = 8 then date '2024-12-31' end,
    (n - 1) * 25 % 101,
    n % 3 > 0,
    n % 5 = 0,
    case when n % 5 = 0 then text[1 + n * 7 % cardinality(text)] else '' end,
    case when n % 7 > 0 then budget[1 + n % cardinality(budget)]::numeric end,
    n % 2 = 0,
    case when n % 2 = 0 then date '2024-02-28' + n end,
    case when n % 3 > 0 then text[1 + n * 11 % cardinality(text)] else '' end,
    case when n % 4 = 0 then text[1 + n * 13 % cardinality(text)] else '' end,
    case when n % 6 > 0 then person[1 + n * 3 % cardinality(person)] end,
    timestamptz '2023-05-01 15:59:59.999999+00' + n * interval '1 day 1.000001 s',
    timestamptz '2024-02-29 16:00:00.000001+00' + n * interval '1 hour 0.100001 s'
  from generate_series(1, 25) n,
    (select $1::text[] as text, $2::text[] as stage, $3::text[] as json, $4::text[] as priority,
      $5::date[] as day, $6::text[] as budget,
      (select array_agg(id order by id) from app_user) as person) as pool`

/** Adds 25 projects: every stage and priority, blocked and off track or not, odd dates and amounts. */
export async function seedProjectWorkflows(database: Queryable): Promise<void> {
  await database.query(statement, [texts, workflowStages, jsonValues, workflowPriorities, dates, budgets])
}
