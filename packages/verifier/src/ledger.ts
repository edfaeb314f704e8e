import type { DdlStatement } from '@changeover/database'

/** Tables in which verifications, fixes and certificates are kept. Safe to run again. */
export const ledgerDdl: readonly DdlStatement[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover',
  `CREATE TABLE IF NOT EXISTS changeover.verification (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    settings jsonb NOT NULL,
    hashes jsonb NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    verdict text,
    result jsonb)`,
  `CREATE TABLE IF NOT EXISTS changeover.verification_chunk (
    verification_id bigint NOT NULL REFERENCES changeover.verification ON DELETE CASCADE,
    mapping text NOT NULL,
    part text NOT NULL,
    number integer NOT NULL,
    after_key jsonb,
    up_to_key jsonb,
    result jsonb,
    done_at timestamptz,
    PRIMARY KEY (verification_id, mapping, part, number))`,
  `CREATE TABLE IF NOT EXISTS changeover.certificate (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    verification_id bigint NOT NULL REFERENCES changeover.verification ON DELETE CASCADE,
    hashes jsonb NOT NULL,
    schema_fingerprint text NOT NULL,
    counts jsonb NOT NULL,
    coverage jsonb NOT NULL,
    snapshot text NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
  `CREATE TABLE IF NOT EXISTS changeover.fix (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    authority text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at timestamptz)`,
  `CREATE TABLE IF NOT EXISTS changeover.fix_image (
    fix_id bigint NOT NULL REFERENCES changeover.fix ON DELETE CASCADE,
    number bigint GENERATED ALWAYS AS IDENTITY,
    mapping text NOT NULL,
    side text NOT NULL,
    row_key jsonb NOT NULL,
    row_before json,
    row_after json,
    links_before json NOT NULL,
    links_after json NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (fix_id, number))`,
]
