/** What a legacy task needs and a work item has only in its JSON: legacy columns that are NOT NULL. */
export const legacyTaskData = {
  impact: 'great',
  board_position: 0,
  is_recurrence_exception: false,
  domain: 'general',
  task_category: '',
  task_context: 'standalone',
  assessment_phase: '',
  policy_phase: '',
  service_phase: '',
  deliverable_type: '',
  geographic_scope: {},
  workflow_stage: '',
  auto_generated: false,
}
