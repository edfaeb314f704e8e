import { taskData } from './by-hand.ts'

// Dual write and a legacy view as a team writes them for this one system in an afternoon: no locks, no phase, no guard against values
// of the wrong shape, nothing on the way back. What they cost is what the target itself costs.

const joined = `LEFT JOIN work_item r ON r.work_type IN ('task', 'subtask') AND r.task_data ->> 'legacy_id' = s.recurrence_parent_id::text
  LEFT JOIN work_item p ON p.work_type = 'project' AND p.project_data ->> 'legacy_id' = s.linked_workflow_id::text
  LEFT JOIN work_item e ON e.work_type IN ('activity', 'sub_activity') AND e.activity_data ->> 'legacy_id' = s.linked_event_id::text`

const values = {
  work_type: `CASE WHEN s.recurrence_parent_id IS NULL THEN 'task' ELSE 'subtask' END`,
  title: 's.title',
  description: 's.description',
  parent_id: 'coalesce(r.id, p.id, e.id)',
  status: 's.status',
  priority: 's.priority',
  progress: 's.progress',
  start_date: 's.start_date',
  due_date: 's.due_date',
  completed_at: 's.completed_at',
  created_by_id: 's.created_by_id',
  is_recurring: 's.is_recurring',
  recurrence_pattern_id: 's.recurrence_pattern_id',
  task_data: taskData,
  related_object_type: `CASE WHEN s.linked_workflow_id IS NOT NULL THEN 'project_workflow' WHEN s.linked_event_id IS NOT NULL THEN 'event' END`,
  related_object_id: 'coalesce(s.linked_workflow_id, s.linked_event_id)::text',
  created_at: 's.created_at',
  updated_at: 's.updated_at',
}

/** Statement triggers of `staff_task`. */
export const triggersByHand: readonly string[] = [
  `CREATE FUNCTION by_hand_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO work_item (${Object.keys(values).join(', ')}) SELECT ${Object.values(values).join(', ')} FROM written s ${joined};
    RETURN NULL; END $$`,
  `CREATE FUNCTION by_hand_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE work_item w SET ${Object.entries(values)
      .map(([column, value]) => `${column} = ${value}`)
      .join(', ')}
      FROM written s ${joined} WHERE w.work_type IN ('task', 'subtask') AND w.task_data ->> 'legacy_id' = s.id::text;
    RETURN NULL; END $$`,
  `CREATE TRIGGER by_hand_insert AFTER INSERT ON staff_task REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION by_hand_insert()`,
  `CREATE TRIGGER by_hand_update AFTER UPDATE ON staff_task REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION by_hand_update()`,
]

const key = (name: string, type: string) => `(task_data ->> '${name}')::${type}`
const text = (name: string, otherwise = '') => `coalesce(task_data ->> '${name}', '${otherwise}') AS ${name}`

/** `by_hand.staff_task`, to be read only. */
export const viewByHand = `CREATE SCHEMA by_hand; CREATE VIEW by_hand.staff_task AS
  SELECT ${key('legacy_id', 'bigint')} AS id, title::varchar(255) AS title, description, ${text('impact')}, created_by_id,
    ${key('linked_event', 'uuid')} AS linked_event_id, ${key('linked_workflow', 'uuid')} AS linked_workflow_id,
    CASE status WHEN 'blocked' THEN 'at_risk' WHEN 'cancelled' THEN 'completed' ELSE status END AS status,
    CASE priority WHEN 'urgent' THEN 'critical' ELSE priority END AS priority, progress,
    coalesce(${key('board_position', 'integer')}, 0) AS board_position, start_date, due_date, completed_at, created_at, updated_at,
    is_recurring, recurrence_pattern_id, ${key('recurrence_parent', 'bigint')} AS recurrence_parent_id,
    coalesce(${key('is_recurrence_exception', 'boolean')}, FALSE) AS is_recurrence_exception, ${text('domain', 'general')},
    ${text('task_category')}, ${text('task_context', 'standalone')}, ${text('assessment_phase')}, ${text('policy_phase')},
    ${text('service_phase')}, ${text('deliverable_type')}, coalesce(task_data -> 'geographic_scope', '{}') AS geographic_scope,
    ${text('workflow_stage')}, coalesce(${key('auto_generated', 'boolean')}, FALSE) AS auto_generated,
    ${key('estimated_hours', 'numeric(6,2)')} AS estimated_hours, ${key('actual_hours', 'numeric(6,2)')} AS actual_hours
  FROM work_item WHERE work_type IN ('task', 'subtask')`

/** The indexes that its queries need. */
export const viewIndexesByHand: readonly string[] = [
  `CREATE INDEX by_hand_key ON work_item ((${key('legacy_id', 'bigint')})) WHERE work_type IN ('task', 'subtask')`,
  `CREATE INDEX by_hand_board ON work_item ((CASE status WHEN 'blocked' THEN 'at_risk' WHEN 'cancelled' THEN 'completed' ELSE status END),
    (coalesce(${key('board_position', 'integer')}, 0))) WHERE work_type IN ('task', 'subtask')`,
]
