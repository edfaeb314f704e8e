import { Migration } from '@mikro-orm/migrations'
import { choiceFields } from '../choice-fields.ts'

const columns = choiceFields.flatMap(({ field }) => [`${field}Value`, `${field}Ref`, `${field}Label`])
const returned = ['id', 'name', 'company', ...columns].map((name) => `"${name}" text`).join(', ')
const choices = choiceFields.map(
  ({ field, column, reference }) =>
    `coalesce("${field}".name, l.${column})::text, l.${reference}::text, "${field}".label::text`,
)
const joins = choiceFields.map(
  ({ field, table, reference }) =>
    `left join ${table} as "${field}" on "${field}".tenant_id = l.tenant_id and "${field}".id = l.${reference}`,
)
const shown = (from: string) => `
      #variable_conflict use_column
      begin
        return query select l.id::text, concat_ws(' ', l.first_name, l.last_name), l.company::text, ${choices.join(', ')}
          from (${from}) as l ${joins.join(' ')} order by l.created_at desc, l.id desc;
      end`

/**
 * Leads of a tenant with the labels of their choices, the newest ones or those of given ids. To plan the four joins takes longer than to
 * run them; of a function each session keeps the plan.
 */
export class ShownLead extends Migration {
  override up(): void {
    const newest =
      'select * from lead where tenant_id = tenant order by created_at desc, id desc limit limit_rows'
    this.addSql(
      `create function shown_leads(tenant bigint, limit_rows int) returns table (${returned}) language plpgsql stable as $$${shown(newest)} $$`,
    )
    const asked = 'select * from lead where tenant_id = tenant and id = any (ids)'
    this.addSql(
      `create function shown_leads_of(tenant bigint, ids bigint[]) returns table (${returned}) language plpgsql stable as $$${shown(asked)} $$`,
    )
  }

  override down(): void {
    this.addSql('drop function shown_leads(bigint, int)')
    this.addSql('drop function shown_leads_of(bigint, bigint[])')
  }
}
