import type { DdlStatement } from '@changeover/database'
import { phaseNames } from './phase.ts'
import { monitorDdl } from './monitor/monitor-ddl.ts'
import { lockCall } from './phase-lock.ts'

/** SQLSTATE of `changeover.current_phase` for a migration of which no phase is stored. */
export const phaseMissingState = 'UC001'
/** SQLSTATE of every statement that would change what has been recorded once and for all. */
export const appendOnlyState = 'UC002'
/** Channel on which every change of a phase or a read share is announced, with the name of the migration. */
export const phaseChannel = 'changeover_phase'

const names = phaseNames.map((name) => `'${name}'`).join(', ')

/** The phase of each migration. version: grows with every change of the row; epoch: only with a change of the phase. */
const phaseTable = `CREATE TABLE IF NOT EXISTS changeover.phase (
    migration text PRIMARY KEY,
    phase text NOT NULL CHECK (phase IN (${names})),
    epoch bigint NOT NULL CHECK (epoch > 0),
    version bigint NOT NULL CHECK (version > 0),
    target_has_led boolean NOT NULL DEFAULT false,
    legacy_stale boolean NOT NULL DEFAULT false,
    read_percent float8 NOT NULL DEFAULT 0 CHECK (read_percent BETWEEN 0 AND 100),
    read_tenants text[] NOT NULL DEFAULT '{}',
    flip_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    fenced_at timestamptz,
    synced_since timestamptz,
    target_fed_since timestamptz,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text NOT NULL,
    reason text NOT NULL
  )`

/** Books that were made before the column was thought of. */
const phaseColumn = 'ALTER TABLE changeover.phase ADD COLUMN IF NOT EXISTS target_fed_since timestamptz'

const historyTable = `CREATE TABLE IF NOT EXISTS changeover.phase_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    what text NOT NULL CHECK (what IN ('stored', 'flip', 'read-share', 'caught-up')),
    from_phase text,
    to_phase text NOT NULL,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text NOT NULL,
    db_user text NOT NULL DEFAULT session_user,
    reason text NOT NULL,
    gates jsonb NOT NULL,
    details jsonb NOT NULL DEFAULT '{}'
  )`

/** One transition at a time for each migration: the open one has no `finished_at`. */
const transitionTable = `CREATE TABLE IF NOT EXISTS changeover.transition (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    from_phase text NOT NULL,
    to_phase text NOT NULL,
    step text NOT NULL,
    epoch_before bigint NOT NULL,
    epoch_after bigint,
    emergency boolean NOT NULL,
    by text NOT NULL,
    reason text NOT NULL,
    gates jsonb NOT NULL DEFAULT '[]',
    outcome text CHECK (outcome IN ('done', 'abandoned')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
  )`

const instanceTable = `CREATE TABLE IF NOT EXISTS changeover.instance (
    migration text NOT NULL,
    instance text NOT NULL,
    build text NOT NULL,
    mapping_hash text NOT NULL,
    phase text NOT NULL,
    epoch bigint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (migration, instance)
  )`

/** What the last look at the legacy tables found. */
const legacyUseTable = `CREATE TABLE IF NOT EXISTS changeover.legacy_use (
    migration text NOT NULL,
    relation text NOT NULL,
    relid oid NOT NULL,
    reads bigint NOT NULL,
    writes bigint NOT NULL,
    users text[] NOT NULL,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz,
    PRIMARY KEY (migration, relation)
  )`

/**
 * Locks, then reads: its own statement takes a new snapshot after the wait, so that it sees a flip it waited for. A
 * snapshot that is kept for the whole transaction (repeatable read) is tested by locking the row: an older one fails with
 * a retriable 40001 instead of acting on a phase that is gone. SECURITY DEFINER, since every writer of the application
 * runs it; all names are qualified instead of a SET search_path, which would cost each call.
 */
const currentPhase = `CREATE OR REPLACE FUNCTION changeover.current_phase(migration text, OUT phase text, OUT epoch bigint)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
  PERFORM ${lockCall('current_phase.migration', 'shared')};
  IF pg_catalog.current_setting('transaction_isolation') OPERATOR(pg_catalog.=) 'read committed'
    OR pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'on' THEN
    SELECT p.phase, p.epoch INTO current_phase.phase, current_phase.epoch
      FROM changeover.phase AS p WHERE p.migration OPERATOR(pg_catalog.=) current_phase.migration;
  ELSE
    SELECT p.phase, p.epoch INTO current_phase.phase, current_phase.epoch
      FROM changeover.phase AS p WHERE p.migration OPERATOR(pg_catalog.=) current_phase.migration FOR SHARE;
  END IF;
  IF current_phase.phase IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '${phaseMissingState}',
      MESSAGE = pg_catalog.format('No phase of the migration %s is stored.', current_phase.migration),
      HINT = pg_catalog.format('Store it: changeover install %s', current_phase.migration);
  END IF;
END $$`

/** Tells every listener that something changed; the commit delivers it. */
const announce = `CREATE OR REPLACE FUNCTION changeover.announce_phase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.pg_notify('${phaseChannel}', NEW.migration);
  RETURN NULL;
END $$`

const appendOnly = `CREATE OR REPLACE FUNCTION changeover.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '${appendOnlyState}',
    MESSAGE = pg_catalog.format('%s of changeover.%s is refused: it is an audit trail.', tg_op, tg_table_name);
END $$`

/** Tables and functions that hold the phase, its history, the running transition and the live instances. Safe to run again. */
export const ledgerDdl: readonly DdlStatement[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover',
  'GRANT USAGE ON SCHEMA changeover TO PUBLIC',
  phaseTable,
  phaseColumn,
  historyTable,
  transitionTable,
  'CREATE UNIQUE INDEX IF NOT EXISTS transition_open ON changeover.transition (migration) WHERE finished_at IS NULL',
  instanceTable,
  legacyUseTable,
  ...monitorDdl,
  currentPhase,
  announce,
  `CREATE OR REPLACE TRIGGER announce AFTER INSERT OR UPDATE ON changeover.phase
    FOR EACH ROW EXECUTE FUNCTION changeover.announce_phase()`,
  appendOnly,
  `CREATE OR REPLACE TRIGGER refuse_rewriting BEFORE UPDATE OR DELETE OR TRUNCATE ON changeover.phase_history
    FOR EACH STATEMENT EXECUTE FUNCTION changeover.refuse_rewriting()`,
  'ALTER TABLE changeover.phase_history ENABLE ALWAYS TRIGGER refuse_rewriting',
]
