import { Migration } from '@mikro-orm/migrations'

/** Suppliers, projects, task types with their milestones, and what each supplier has to do. */
export class SupplierTaskTables extends Migration {
  override up(): void {
    this.addSql(`
      create table supplier (id text primary key, name text not null, contact text not null default '',
        code text not null constraint supplier_code_unique unique)`)
    this.addSql(
      `create table project (id text primary key, name text not null, description text not null default '')`,
    )
    this.addSql(
      `create table task_type (id text primary key, name text not null constraint task_type_name_unique unique)`,
    )
    this.addSql(`
      create table milestone (id text primary key,
        task_type_id text not null constraint milestone_task_type_id_foreign references task_type,
        code text not null default '', name text not null, sequence int not null)`)
    this.addSql(`create index milestone_task_type_id_index on milestone (task_type_id)`)
    this.addSql(`
      create table task (id text primary key,
        milestone_id text not null constraint task_milestone_id_foreign references milestone,
        name text not null, description text not null default '', sequence int not null)`)
    this.addSql(`create index task_milestone_id_index on task (milestone_id)`)
    this.addSql(`
      create table project_milestone_task (id text primary key,
        project_id text not null constraint project_milestone_task_project_id_foreign references project,
        milestone_id text not null constraint project_milestone_task_milestone_id_foreign references milestone,
        task_id text not null constraint project_milestone_task_task_id_foreign references task,
        due_date date not null, notes text not null default '', responsible_parties jsonb,
        constraint project_milestone_task_unique unique (project_id, task_id))`)
    this.addSql(
      `create index project_milestone_task_milestone_id_index on project_milestone_task (milestone_id)`,
    )
    this.addSql(`create index project_milestone_task_task_id_index on project_milestone_task (task_id)`)
    this.addSql(`
      create table supplier_project_instance (id text primary key,
        supplier_id text not null constraint supplier_project_instance_supplier_id_foreign references supplier,
        project_id text not null constraint supplier_project_instance_project_id_foreign references project,
        constraint supplier_project_instance_unique unique (supplier_id, project_id))`)
    this.addSql(
      `create index supplier_project_instance_project_id_index on supplier_project_instance (project_id)`,
    )
    this.addSql(instances('supplier_task_instance', 'project_milestone_task'))
    this.addSql(
      `create index supplier_task_instance_template_index on supplier_task_instance (project_milestone_task_id)`,
    )
    this.addSql(
      `create table task_template (id text primary key, name text not null, description text not null default '')`,
    )
    this.addSql(`
      create table task_instance (id text primary key,
        task_template_id text not null constraint task_instance_task_template_id_foreign references task_template,
        supplier_id text not null constraint task_instance_supplier_id_foreign references supplier,
        status text not null, due_date date)`)
    this.addSql(`create index task_instance_task_template_id_index on task_instance (task_template_id)`)
    this.addSql(`create index task_instance_supplier_id_index on task_instance (supplier_id)`)
  }

  override down(): void {
    this.addSql(`drop table task_instance, task_template, supplier_task_instance, supplier_project_instance, project_milestone_task,
      task, milestone, task_type, project, supplier`)
  }
}

/** What suppliers have to do, with the template that it points to. */
export function instances(table: string, template: string): string {
  return `
      create table ${table} (id text primary key,
        supplier_project_instance_id text not null
          constraint ${table}_supplier_project_instance_id_foreign references supplier_project_instance,
        ${template}_id text not null constraint ${table}_${template}_id_foreign references ${template},
        status text not null default 'not_started' constraint ${table}_status_check
          check (status in ('not_started', 'in_progress', 'submitted', 'approved', 'blocked')),
        due_date date not null, actual_due_date date, owner text not null default '', notes text not null default '',
        is_applied boolean not null default true, blocked_reason text, submission_files jsonb,
        created_at timestamptz(6) not null default now(), updated_at timestamptz(6) not null default now(),
        constraint ${table}_unique unique (supplier_project_instance_id, ${template}_id))`
}
