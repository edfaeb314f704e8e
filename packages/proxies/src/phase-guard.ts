import { ident, literal, sql } from '@changeover/mapping/sql'
import { phases } from '@changeover/rollout'
import { inSchema, type Proxy, type ProxySet } from './proxy.ts'
import { legacyLeadsState } from './raise.ts'

/**
 * Refuses writes through the proxies while the legacy table leads, which would be lost with the next sync. Asks the phase under
 * the lock that every writer takes, once for each statement.
 */
export function phaseGuardFunction(set: ProxySet): readonly string[] {
  if (set.migration === undefined) return []
  const leads = Object.values(phases).filter(({ authority }) => authority === 'legacy')
  const names = { text: leads.map(({ name }) => literal(name).text).join(', ') }
  const body = sql`
  DECLARE
    now_in text;
  BEGIN
    SELECT c.phase INTO now_in FROM changeover.current_phase(${literal(set.migration)}) AS c;
    IF now_in IN (${names}) THEN
      RAISE EXCEPTION USING ERRCODE = ${literal(legacyLeadsState)}, SCHEMA = tg_table_schema, TABLE = tg_table_name,
        MESSAGE = format('%s leads (phase %s): its proxy takes no writes', tg_table_name, now_in), DETAIL = now_in,
        HINT = 'Fork the EntityManager by the current phase, or write to the legacy table.';
    END IF;
    RETURN NULL;
  END`
  return [
    sql`CREATE OR REPLACE FUNCTION ${inSchema(set, 'refuse_while_legacy_leads')}() RETURNS trigger LANGUAGE plpgsql AS ${literal(body.text)}`
      .text,
  ]
}

export function phaseGuardTrigger(set: ProxySet, { view }: Proxy): readonly string[] {
  if (set.migration === undefined) return []
  return [
    sql`CREATE TRIGGER ${ident('changeover_phase')} BEFORE INSERT OR UPDATE OR DELETE ON ${view}
      FOR EACH STATEMENT EXECUTE FUNCTION ${inSchema(set, 'refuse_while_legacy_leads')}()`.text,
  ]
}
