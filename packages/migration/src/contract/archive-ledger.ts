import type { DdlStatement } from '@changeover/database'

/** SQLSTATE of every write to a table that has been archived, also where it was put back. */
const archivedState = 'UC106'

/** Where each legacy table is after the contraction. */
const archiveTable = `CREATE TABLE IF NOT EXISTS changeover.archive (
    migration text NOT NULL,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    archive_schema text NOT NULL,
    state text NOT NULL CHECK (state IN ('archived', 'restored', 'dropped')),
    has_view boolean NOT NULL,
    foreign_keys jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text NOT NULL,
    PRIMARY KEY (migration, schema_name, table_name)
  )`

/** Of a table in place: how its legacy columns were made, and how many rows were copied. */
const archivedColumns = `ALTER TABLE changeover.archive ADD COLUMN IF NOT EXISTS columns jsonb, ADD COLUMN IF NOT EXISTS rows_copied bigint`

const historyTable = `CREATE TABLE IF NOT EXISTS changeover.archive_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    what text NOT NULL,
    object text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text NOT NULL,
    db_user text NOT NULL DEFAULT session_user
  )`

const backupTable = `CREATE TABLE IF NOT EXISTS changeover.restored_backup (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text NOT NULL
  )`

const refuseArchived = `CREATE OR REPLACE FUNCTION changeover.refuse_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '${archivedState}', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
    MESSAGE = pg_catalog.format('%s of %I.%I is refused: the table was archived, and nothing reads what is written to it', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME),
    HINT = 'Write to the target.';
END $$`

/** What the contraction keeps of itself. Safe to run again. */
export const archiveLedgerDdl: readonly DdlStatement[] = [
  archiveTable,
  archivedColumns,
  historyTable,
  backupTable,
  refuseArchived,
]
