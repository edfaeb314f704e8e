// SQL as an experienced developer writes it for this one system, against which the engines are measured.

const project = `LEFT JOIN work_item p ON p.work_type = 'project' AND p.project_data ->> 'legacy_id' = s.linked_workflow_id::text`
const event = `LEFT JOIN work_item e ON e.work_type IN ('activity', 'sub_activity') AND e.activity_data ->> 'legacy_id' = s.linked_event_id::text`

/** What the target keeps of the legacy row `s` in JSON. */
export const taskData = `jsonb_strip_nulls(jsonb_build_object('legacy_id', s.id::text, 'impact', s.impact, 'board_position', s.board_position,
  'is_recurrence_exception', s.is_recurrence_exception, 'domain', s.domain, 'task_category', s.task_category,
  'task_context', s.task_context, 'assessment_phase', s.assessment_phase, 'policy_phase', s.policy_phase,
  'service_phase', s.service_phase, 'deliverable_type', s.deliverable_type, 'workflow_stage', s.workflow_stage,
  'auto_generated', s.auto_generated, 'estimated_hours', s.estimated_hours, 'actual_hours', s.actual_hours,
  'recurrence_parent', s.recurrence_parent_id, 'linked_workflow', s.linked_workflow_id, 'linked_event', s.linked_event_id))
  || jsonb_build_object('geographic_scope', s.geographic_scope)`

/** All staff tasks without a recurrence parent, with their assignees, in one statement. */
export const insertTasks = `
WITH made AS (
  INSERT INTO work_item (work_type, title, description, parent_id, status, priority, progress, start_date, due_date, completed_at,
    created_by_id, is_recurring, recurrence_pattern_id, task_data, related_object_type, related_object_id, created_at, updated_at)
  SELECT 'task', s.title, s.description, coalesce(p.id, e.id), s.status, s.priority, s.progress, s.start_date, s.due_date,
    s.completed_at, s.created_by_id, s.is_recurring, s.recurrence_pattern_id, ${taskData},
    CASE WHEN s.linked_workflow_id IS NOT NULL THEN 'project_workflow' WHEN s.linked_event_id IS NOT NULL THEN 'event' END,
    coalesce(s.linked_workflow_id, s.linked_event_id)::text, s.created_at, s.updated_at
  FROM staff_task s ${project} ${event}
  WHERE s.recurrence_parent_id IS NULL
  RETURNING id, (task_data ->> 'legacy_id')::bigint AS legacy_id
)
INSERT INTO work_item_assignees (work_item_id, app_user_id)
SELECT made.id, a.app_user_id FROM made JOIN staff_task_assignees a ON a.staff_task_id = made.legacy_id`

const sameFields = `(w.title, w.description, w.status, w.priority, w.progress, w.start_date, w.due_date, w.completed_at, w.created_by_id,
    w.is_recurring, w.recurrence_pattern_id, w.related_object_type, w.related_object_id, w.created_at, w.updated_at, w.work_type, w.parent_id)
  IS DISTINCT FROM
  (s.title, s.description, s.status, s.priority, s.progress, s.start_date, s.due_date, s.completed_at, s.created_by_id,
    s.is_recurring, s.recurrence_pattern_id,
    CASE WHEN s.linked_workflow_id IS NOT NULL THEN 'project_workflow' WHEN s.linked_event_id IS NOT NULL THEN 'event' END,
    coalesce(s.linked_workflow_id, s.linked_event_id)::text, s.created_at, s.updated_at,
    CASE WHEN s.recurrence_parent_id IS NULL THEN 'task' ELSE 'subtask' END,
    CASE WHEN s.recurrence_parent_id IS NOT NULL THEN r.id WHEN s.linked_workflow_id IS NOT NULL THEN p.id ELSE e.id END)`

const text = [
  'impact',
  'domain',
  'task_category',
  'task_context',
  'assessment_phase',
  'policy_phase',
  'service_phase',
  'deliverable_type',
  'workflow_stage',
]
const typed = [
  'board_position',
  'is_recurrence_exception',
  'auto_generated',
  'estimated_hours',
  'actual_hours',
  'geographic_scope',
]
const keys = {
  recurrence_parent: 'recurrence_parent_id',
  linked_workflow: 'linked_workflow_id',
  linked_event: 'linked_event_id',
}

const sameJson = [
  ...[...text, ...typed].map((name) => `w.task_data -> '${name}' IS DISTINCT FROM to_jsonb(s.${name})`),
  ...Object.entries(keys).map(
    ([name, column]) => `w.task_data -> '${name}' IS DISTINCT FROM to_jsonb(s.${column})`,
  ),
].join(' OR ')

const twin = `LEFT JOIN work_item r ON r.work_type IN ('task', 'subtask') AND r.task_data ->> 'legacy_id' = s.recurrence_parent_id::text`

/** The same exact comparison of tasks and their assignees and teams, in one full join and two set comparisons. */
export const compareTasks = `
WITH w AS NOT MATERIALIZED (SELECT * FROM work_item WHERE work_type IN ('task', 'subtask'))
SELECT count(s.id)::int AS total, (count(*) FILTER (WHERE w.id IS NULL))::int AS missing, (count(*) FILTER (WHERE s.id IS NULL))::int AS orphaned,
  (count(*) FILTER (WHERE s.id IS NOT NULL AND w.id IS NOT NULL AND (${sameFields} OR ${sameJson})))::int AS mismatched
FROM staff_task s FULL JOIN w ON w.task_data ->> 'legacy_id' = s.id::text ${twin} ${project} ${event}`

/** How many link rows stand on one side only. */
export const compareLinks = ['assignees:app_user_id', 'teams:staff_team_id'].map((link) => {
  const [name, value] = link.split(':')
  return `SELECT count(*)::int AS apart FROM staff_task_${name} s FULL JOIN (
    SELECT w.task_data ->> 'legacy_id' AS key, x.${value} AS value FROM work_item_${name} x JOIN work_item w ON w.id = x.work_item_id
    WHERE w.work_type IN ('task', 'subtask')) t ON t.key = s.staff_task_id::text AND t.value = s.${value}
  WHERE s.${value} IS NULL OR t.value IS NULL`
})
