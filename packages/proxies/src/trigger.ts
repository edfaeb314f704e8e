import { ident, literal, type Sql, sql } from '@changeover/mapping/sql'
import { inSchema, type Proxy, type ProxySet } from './proxy.ts'

export type Event = 'insert' | 'update' | 'delete'

/** A trigger function and its INSTEAD OF trigger. The search path is that of the installer, whoever writes. */
export function insteadOf(
  set: ProxySet,
  { table, view }: Proxy,
  event: Event,
  variables: Sql,
  body: Sql,
): readonly string[] {
  const name = inSchema(set, `${table.name}_${event}`)
  const source = sql`
#variable_conflict use_column
  DECLARE${variables}
  BEGIN${body}
  END`
  const word = { text: event.toUpperCase() }
  return [
    sql`CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql
  SET search_path = ${set.searchPath} SET plan_cache_mode = force_generic_plan AS ${literal(source.text)}`
      .text,
    sql`CREATE TRIGGER ${ident(`changeover_${event}`)} INSTEAD OF ${word} ON ${view} FOR EACH ROW EXECUTE FUNCTION ${name}()`
      .text,
  ]
}
