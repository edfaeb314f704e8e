import { Migration } from '@mikro-orm/migrations'

/** The legacy projects. */
export class ProjectWorkflowTable extends Migration {
  override up(): void {
    this.addSql(`
      create table project_workflow (
        id uuid primary key default gen_random_uuid(),
        title varchar(255) not null,
        primary_need_id uuid not null constraint project_workflow_primary_need_id_unique unique,
        ppa_id uuid constraint project_workflow_ppa_id_unique unique,
        current_stage text not null default 'need_identification'
          constraint project_workflow_current_stage_check check (current_stage in (
            'need_identification', 'need_validation', 'policy_linkage', 'mao_coordination', 'budget_planning',
            'approval', 'implementation', 'monitoring', 'completion')),
        stage_history jsonb not null default '[]',
        priority_level text not null default 'medium'
          constraint project_workflow_priority_level_check
          check (priority_level in ('low', 'medium', 'high', 'urgent', 'critical')),
        project_lead_id bigint
          constraint project_workflow_project_lead_id_foreign references app_user on delete set null,
        mao_focal_person_id uuid,
        initiated_date date not null,
        target_completion_date date,
        actual_completion_date date,
        overall_progress int not null default 0
          constraint project_workflow_overall_progress_check
          check (overall_progress >= 0 and overall_progress <= 100),
        is_on_track boolean not null default true,
        is_blocked boolean not null default false,
        blocker_description text not null default '',
        estimated_budget numeric(12,2),
        budget_approved boolean not null default false,
        budget_approval_date date,
        notes text not null default '',
        lessons_learned text not null default '',
        created_by_id bigint
          constraint project_workflow_created_by_id_foreign references app_user on delete set null,
        created_at timestamptz(6) not null default now(),
        updated_at timestamptz(6) not null default now()
      )`)
    this.addSql('create index project_workflow_project_lead_id_index on project_workflow (project_lead_id)')
    this.addSql('create index project_workflow_created_by_id_index on project_workflow (created_by_id)')
    this.addSql(
      'create index project_workflow_stage_index on project_workflow (current_stage, target_completion_date)',
    )
  }

  override down(): void {
    this.addSql('drop table project_workflow')
  }
}
