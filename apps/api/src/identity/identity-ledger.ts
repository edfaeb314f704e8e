/** Creates the tables of tokens, idempotently. A token is kept as its hash alone; what becomes of it is recorded and never changed. */
export const identityLedger: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover_api',
  `CREATE TABLE IF NOT EXISTS changeover_api.token (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (name <> ''),
    hash bytea NOT NULL UNIQUE,
    tenant bigint,
    role text CHECK (role IN ('viewer', 'operator', 'admin')),
    expires_at timestamptz,
    revoked_at timestamptz,
    CHECK (tenant IS NOT NULL OR role IS NOT NULL)
  )`,
  `CREATE TABLE IF NOT EXISTS changeover_api.token_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_id uuid NOT NULL,
    what text NOT NULL CHECK (what IN ('created', 'revoked')),
    by text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  )`,
]
