import type { DdlStatement } from '@changeover/database'

/** The tables in which a backfill keeps its checkpoint and its quarantine. Can be run again. */
export const ledgerDdl: readonly DdlStatement[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover',
  `CREATE TABLE IF NOT EXISTS changeover.backfill (
    migration text NOT NULL,
    mapping text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'stopped', 'failed', 'done')),
    token bigint NOT NULL,
    mapping_hash text NOT NULL,
    key_definition text NOT NULL,
    schema_fingerprint text NOT NULL,
    cursor text[],
    upper_bound text[],
    rows_done bigint NOT NULL DEFAULT 0,
    rows_remaining bigint NOT NULL DEFAULT 0,
    inserted bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    linked bigint NOT NULL DEFAULT 0,
    unlinked bigint NOT NULL DEFAULT 0,
    batches bigint NOT NULL DEFAULT 0,
    failure text,
    throttle text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    PRIMARY KEY (migration, mapping)
  )`,
  // Ledgers of the versions before the throttle have no place for it.
  'ALTER TABLE changeover.backfill ADD COLUMN IF NOT EXISTS throttle text',
  `CREATE TABLE IF NOT EXISTS changeover.quarantine (
    migration text NOT NULL,
    mapping text NOT NULL,
    key text[] NOT NULL,
    code text NOT NULL,
    rule text,
    field text,
    why text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (migration, mapping, key)
  )`,
]
