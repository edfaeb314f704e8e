/** Tables of what is measured while a migration is under way: counts by minute, and the last differences. */
export const monitorDdl: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS changeover.shadow_read (
    migration text NOT NULL,
    operation text NOT NULL,
    against_itself boolean NOT NULL,
    verdict text NOT NULL,
    minute timestamptz NOT NULL,
    probes bigint NOT NULL,
    control_ms float8 NOT NULL,
    candidate_ms float8 NOT NULL,
    PRIMARY KEY (migration, minute, operation, against_itself, verdict)
  )`,
  `CREATE TABLE IF NOT EXISTS changeover.shadow_difference (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    operation text NOT NULL,
    verdict text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    differences jsonb NOT NULL,
    error text
  )`,
  'CREATE INDEX IF NOT EXISTS shadow_difference_operation ON changeover.shadow_difference (migration, operation, id)',
  `CREATE TABLE IF NOT EXISTS changeover.request_count (
    migration text NOT NULL,
    phase text NOT NULL,
    minute timestamptz NOT NULL,
    requests bigint NOT NULL,
    failed bigint NOT NULL,
    writes bigint NOT NULL,
    write_ms float8 NOT NULL,
    PRIMARY KEY (migration, minute, phase)
  )`,
]
