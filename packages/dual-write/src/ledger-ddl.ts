import type { DdlStatement } from '@changeover/database'
import { guardedPhases } from './legacy-guard.ts'
import { legacyReadOnlyState, rowRefusedState, truncateRefusedState } from './sql-state.ts'

/** Rows that best-effort owes to the other side. Only added to by writers, so that no two of them wait for each other. */
const outbox = `CREATE TABLE IF NOT EXISTS changeover.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    mapping text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('forward', 'backward')),
    key jsonb NOT NULL,
    sql_state text NOT NULL,
    why text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
  )`

/** What the triggers were when they were installed, to tell whether somebody has changed them. */
const installed = `CREATE TABLE IF NOT EXISTS changeover.installed_trigger (
    migration text NOT NULL,
    table_name text NOT NULL,
    trigger_name text NOT NULL,
    definition text NOT NULL,
    PRIMARY KEY (migration, table_name, trigger_name)
  )`

/** Every writer asks it, whatever it may read by itself. It holds the phase's lock already, so that the answer stays true. */
const targetHasLed = `CREATE OR REPLACE FUNCTION changeover.target_has_led(migration text) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
BEGIN
  RETURN (SELECT p.target_has_led FROM changeover.phase AS p WHERE p.migration OPERATOR(pg_catalog.=) target_has_led.migration);
END $$`

/** Why rows of a mapping are refused, by the name of the row: `{"Team 1": "name does not fit (copy(name))"}`. */
const refusalsNamed = `CREATE OR REPLACE FUNCTION changeover.refusals_named(mapping text, refused jsonb, reasons jsonb) RETURNS jsonb
  LANGUAGE sql AS $$
  SELECT COALESCE(pg_catalog.jsonb_object_agg(
      pg_catalog.concat($1, ' ', (SELECT pg_catalog.string_agg(part, ', ') FROM pg_catalog.jsonb_array_elements_text(each -> 'key') AS part)),
      pg_catalog.format('%s %s (%s)', reason ->> 'field', pg_catalog.concat_ws(': ', reason ->> 'why', each ->> 'because'), reason ->> 'rule')), '{}')
    FROM pg_catalog.jsonb_array_elements($2) AS each CROSS JOIN LATERAL (SELECT $3 -> (each ->> 'refusal')::int) AS reasoned(reason) $$`

/** What a row waits for, as a part of its refusal, by the name of that row and the reasons that are known. */
const refusalOf = `CREATE OR REPLACE FUNCTION changeover.refusal_of(parent text, reasons jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT pg_catalog.jsonb_build_object('because', CASE WHEN $2 ? $1 THEN pg_catalog.concat($1, ' cannot be written: ', $2 ->> $1)
    ELSE pg_catalog.concat($1, ' is no row that the mapping speaks of') END) $$`

const refuseRows = `CREATE OR REPLACE FUNCTION changeover.refuse_rows(migration text, mapping text, direction text, refused jsonb, reasons jsonb)
  RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  reason jsonb := reasons -> (refused #>> '{0,refusal}')::int;
  said jsonb := reason || pg_catalog.jsonb_build_object('why', pg_catalog.concat_ws(': ', reason ->> 'why', refused #>> '{0,because}'),
    'migration', migration, 'mapping', mapping, 'direction', direction, 'key', refused #> '{0,key}', 'rows', pg_catalog.jsonb_array_length(refused));
BEGIN
  RAISE EXCEPTION USING ERRCODE = '${rowRefusedState}', DETAIL = said::text, CONSTRAINT = said ->> 'rule',
    MESSAGE = pg_catalog.format('%s %s cannot be written %s: %s %s (%s)', mapping,
      (SELECT pg_catalog.string_agg(part, ', ') FROM pg_catalog.jsonb_array_elements_text(said -> 'key') AS part),
      direction, said ->> 'field', said ->> 'why', said ->> 'rule'),
    HINT = 'Correct the value, or the rule of the mapping that refuses it.';
END $$`

const oweRows = `CREATE OR REPLACE FUNCTION changeover.owe_rows(migration text, mapping text, direction text, refused jsonb, reasons jsonb)
  RETURNS void LANGUAGE sql AS $$
  INSERT INTO changeover.outbox (migration, mapping, direction, key, sql_state, why)
  SELECT $1, $2, $3, each -> 'key', '${rowRefusedState}', pg_catalog.format('%s %s (%s)', reason ->> 'field', pg_catalog.concat_ws(': ', reason ->> 'why', each ->> 'because'), reason ->> 'rule')
  FROM pg_catalog.jsonb_array_elements($4) AS each CROSS JOIN LATERAL (SELECT $5 -> (each ->> 'refusal')::int) AS reasoned(reason) $$`

const refuseLegacyWrite = `CREATE OR REPLACE FUNCTION changeover.refuse_legacy_write(migration text, phase text, operation text, in_schema text, in_table text, proxy_schema text, key jsonb)
  RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  proxy text := CASE WHEN proxy_schema OPERATOR(pg_catalog.<>) '' THEN pg_catalog.format('%I.%I', proxy_schema, in_table) END;
BEGIN
  RAISE EXCEPTION USING ERRCODE = '${legacyReadOnlyState}', SCHEMA = in_schema, TABLE = in_table,
    DETAIL = pg_catalog.jsonb_build_object('migration', migration, 'phase', phase, 'operation', operation, 'proxy', proxy, 'key', key)::text,
    MESSAGE = pg_catalog.format('%s of %I.%I is refused: the target leads in %s (phase %s), and legacy follows it', operation, in_schema, in_table, migration, phase),
    HINT = CASE WHEN proxy IS NULL THEN 'Write to the target instead.'
      ELSE pg_catalog.format('Write to %s instead: the same table as a view over the target.', proxy) END;
END $$`

/** Arguments: the migration; for a legacy table also the word, and the schema of its proxy. */
const refuseTruncate = `CREATE OR REPLACE FUNCTION changeover.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  phase_now text := (SELECT now.phase FROM changeover.current_phase(TG_ARGV[0]) AS now);
BEGIN
  IF TG_ARGV[1] OPERATOR(pg_catalog.=) 'legacy' AND phase_now IN (${guardedPhases.text}) THEN
    PERFORM changeover.refuse_legacy_write(TG_ARGV[0], phase_now, TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[2], NULL);
  END IF;
  IF phase_now IN ('legacy-only', 'contracted') THEN RETURN NULL; END IF;
  RAISE EXCEPTION USING ERRCODE = '${truncateRefusedState}', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA,
    MESSAGE = pg_catalog.format('TRUNCATE of %I.%I is refused while the migration %s is under way', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0]),
    HINT = 'Use DELETE, which reaches the other side too.';
END $$`

/** Tables and functions that all migrations share. Safe to run again; needs the phase store of rollout. */
export const ledgerDdl: readonly DdlStatement[] = [
  outbox,
  'CREATE INDEX IF NOT EXISTS outbox_key ON changeover.outbox (migration, mapping, key)',
  'GRANT INSERT ON changeover.outbox TO PUBLIC',
  installed,
  targetHasLed,
  refusalsNamed,
  refusalOf,
  refuseRows,
  oweRows,
  refuseLegacyWrite,
  refuseTruncate,
]
