import type { DdlStatement } from '@changeover/database'

/** A key whose sides may differ: source has the truth. No value is kept, so that nothing in it can be out of date. */
const owed = `CREATE TABLE IF NOT EXISTS changeover.switchover_owed (
    switchover text NOT NULL,
    key text NOT NULL,
    source text NOT NULL CHECK (source IN ('legacy', 'target')),
    version bigint NOT NULL DEFAULT nextval('changeover.switchover_version'),
    writers integer NOT NULL DEFAULT 1 CHECK (writers >= 0),
    held_until timestamptz NOT NULL,
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',
    attempts integer NOT NULL DEFAULT 0,
    why text,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (switchover, key)
  )`

/** What all processes have to know of a switchover: which side lacks something, what was switched off, how far a copy has come. */
const note = `CREATE TABLE IF NOT EXISTS changeover.switchover_note (
    switchover text NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (switchover, name)
  )`

/** Tables that all switchovers share. Safe to run again. */
export const ledgerDdl: readonly DdlStatement[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover',
  'CREATE SEQUENCE IF NOT EXISTS changeover.switchover_version',
  owed,
  note,
]
