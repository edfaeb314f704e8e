import { Migration } from '@mikro-orm/migrations'
import { choiceFields } from '../choice-fields.ts'

/**
 * The references beside the old columns. A key over tenant and choice makes a reference to another tenant's choice impossible.
 * A choice that leads use, by reference or by its name, is neither deleted nor renamed. A new one takes the leads of its tenant
 * along in which its very name was kept aside.
 */
export class LeadChoice extends Migration {
  override up(): void {
    this.addSql(`
      create function refuse_choice_in_use() returns trigger language plpgsql as $$
      declare
        used boolean;
      begin
        if tg_op = 'UPDATE' and new.name = old.name and new.tenant_id = old.tenant_id then return new; end if;
        execute format('select exists (select from lead where tenant_id = $1 and (%1$I = $2 or %2$I = $3))', tg_argv[0], tg_argv[1])
          into used using old.tenant_id, old.id, old.name;
        if used then
          raise exception using errcode = '23503', table = tg_table_name, constraint = tg_table_name || '_in_use',
            message = format('%s "%s" of tenant %s is in use, so it can neither be deleted nor renamed', tg_table_name, old.name, old.tenant_id),
            hint = 'Change its label, or set is_active to false.';
        end if;
        return case when tg_op = 'DELETE' then old else new end;
      end $$`)
    this.addSql(`
      create function take_leads_along() returns trigger language plpgsql as $$
      begin
        execute format('update lead set %1$I = $1 where tenant_id = $2 and %2$I = $3 and %1$I is null', tg_argv[0], tg_argv[1])
          using new.id, new.tenant_id, new.name;
        return null;
      end $$`)
    for (const { table, column, reference } of choiceFields) {
      this.addSql(`alter table lead add column ${reference} bigint`)
      this.addSql(`alter table lead add constraint lead_${reference}_foreign
        foreign key (tenant_id, ${reference}) references ${table} (tenant_id, id) on delete restrict`)
      this.addSql(`create index lead_${reference}_index on lead (tenant_id, ${reference})`)
      this.addSql(`create index lead_${column}_index on lead (tenant_id, ${column})`)
      this.addSql(`create trigger ${table}_in_use before update or delete on ${table}
        for each row execute function refuse_choice_in_use('${reference}', '${column}')`)
      this.addSql(`create trigger ${table}_taken after insert or update of name on ${table}
        for each row execute function take_leads_along('${reference}', '${column}')`)
    }
  }

  override down(): void {
    for (const { table, column, reference } of choiceFields) {
      this.addSql(`drop trigger ${table}_in_use on ${table}`)
      this.addSql(`drop trigger ${table}_taken on ${table}`)
      this.addSql(`drop index lead_${column}_index`)
      this.addSql(`alter table lead drop column ${reference}`)
    }
    this.addSql('drop function refuse_choice_in_use()')
    this.addSql('drop function take_leads_along()')
  }
}
