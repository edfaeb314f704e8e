import { Migration } from '@mikro-orm/migrations'
import { instances } from './0001-supplier-tasks.ts'

/** A template makes its task's type one of its project: whoever writes it. */
const usesType = `
    create function project_uses_task_type() returns trigger language plpgsql as $$
    begin
      insert into project_task_type (project_id, task_type_id)
        select distinct made.project_id, t.task_type_id from made join task_v2 as t on t.id = made.task_id
        on conflict do nothing;
      return null;
    end $$`

/** The tables of the new model. */
export class SectionTables extends Migration {
  override up(): void {
    this.addSql(`
      create table task_type_section (id text primary key,
        task_type_id text not null constraint task_type_section_task_type_id_foreign references task_type,
        name text not null, sequence int not null, legacy_data jsonb not null default '{}',
        constraint task_type_section_name_unique unique (task_type_id, name) deferrable initially deferred)`)
    this.addSql(`
      create table task_v2 (id text primary key,
        task_type_id text not null constraint task_v2_task_type_id_foreign references task_type,
        section_id text constraint task_v2_section_id_foreign references task_type_section,
        parent_task_id text constraint task_v2_parent_task_id_foreign references task_v2,
        name text not null, description text not null default '', sequence int not null, default_owner text, default_notes text,
        constraint task_v2_name_unique unique (task_type_id, name, parent_task_id) deferrable initially deferred)`)
    this.addSql(`create index task_v2_section_id_index on task_v2 (section_id)`)
    this.addSql(`create index task_v2_parent_task_id_index on task_v2 (parent_task_id)`)
    this.addSql(`
      create table project_task_type (
        project_id text not null constraint project_task_type_project_id_foreign references project,
        task_type_id text not null constraint project_task_type_task_type_id_foreign references task_type,
        is_active boolean not null default true, primary key (project_id, task_type_id))`)
    this.addSql(`create index project_task_type_task_type_id_index on project_task_type (task_type_id)`)
    this.addSql(`
      create table project_task_template (id text primary key,
        project_id text not null constraint project_task_template_project_id_foreign references project,
        task_id text not null constraint project_task_template_task_id_foreign references task_v2,
        section_id text constraint project_task_template_section_id_foreign references task_type_section,
        due_date date not null, owner text, notes text not null default '',
        anchor text not null default 'PROJECT_START' constraint project_task_template_anchor_check
          check (anchor in ('PROJECT_START', 'MILESTONE_DATE', 'RELATIVE_TO_TASK')),
        offset_days int, legacy_data jsonb not null default '{}',
        constraint project_task_template_unique unique (project_id, task_id))`)
    this.addSql(`create index project_task_template_task_id_index on project_task_template (task_id)`)
    this.addSql(`create index project_task_template_section_id_index on project_task_template (section_id)`)
    this.addSql(instances('supplier_task_instance_v2', 'project_task_template'))
    this.addSql(
      `create index supplier_task_instance_v2_template_index on supplier_task_instance_v2 (project_task_template_id)`,
    )
    this.addSql(usesType)
    this.addSql(`create trigger uses_type after insert on project_task_template referencing new table as made
      for each statement execute function project_uses_task_type()`)
  }

  override down(): void {
    this.addSql(
      `drop table supplier_task_instance_v2, project_task_template, project_task_type, task_v2, task_type_section`,
    )
    this.addSql('drop function project_uses_task_type()')
  }
}
