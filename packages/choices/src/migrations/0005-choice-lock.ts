import { Migration } from '@mikro-orm/migrations'
import { choiceFields } from '../choice-fields.ts'

/**
 * A choice that comes, goes or is renamed waits for those who are writing leads, and they for it: otherwise a lead that nobody sees yet would
 * keep the name of a choice that is gone, or miss one that came. Leads are held before the choice, as by whoever writes a lead.
 */
export class ChoiceLock extends Migration {
  override up(): void {
    this.addSql(`
      create function hold_leads() returns trigger language plpgsql set lock_timeout = '5s' as $$
      begin
        lock table lead in share row exclusive mode;
        return null;
      end $$`)
    for (const { table } of choiceFields)
      this.addSql(`create trigger ${table}_holds before insert or delete or update of tenant_id, name on ${table}
        for each statement execute function hold_leads()`)
  }

  override down(): void {
    for (const { table } of choiceFields) this.addSql(`drop trigger ${table}_holds on ${table}`)
    this.addSql('drop function hold_leads()')
  }
}
