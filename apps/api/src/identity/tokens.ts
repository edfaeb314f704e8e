import { createHash, randomBytes } from 'node:crypto'
import type { Database, Queryable } from '@changeover/database'
import { errors } from '../errors.ts'
import type { Identity, Role } from './identity.ts'

/** A token as it is kept: without what proves it. */
export interface Token extends Identity {
  readonly id: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
}

export interface NewToken extends Identity {
  /** From when on it is refused; never unless given. */
  readonly expiresAt?: string | undefined
  /** Who makes it. */
  readonly by: string
}

const prefix = 'cvr_'

/** Whether a credential looks like one of ours. */
export function isToken(credential: string): boolean {
  return credential.startsWith(prefix)
}

/**
 * Makes a token of 256 random bits. What is returned is kept nowhere: only its SHA-256 is, which needs no salt and no slowness, since
 * nobody can guess 256 bits.
 */
export async function createToken(
  database: Database,
  given: NewToken,
): Promise<{ token: string; id: string }> {
  const { name, tenant, role, expiresAt = null, by } = given
  if (tenant === null && role === null) throw errors.TOKEN_EMPTY({ name })
  const token = `${prefix}${randomBytes(32).toString('base64url')}`
  const id = await database.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      `INSERT INTO changeover_api.token (name, hash, tenant, role, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
      [name, hashOf(token), tenant, role, expiresAt],
    )
    const made = rows[0]?.id ?? ''
    await record(tx, made, 'created', by)
    return made
  })
  return { token, id }
}

/** From now on it is refused. Errors: API.TOKEN_UNKNOWN. */
export async function revokeToken(database: Database, id: string, by: string): Promise<void> {
  await database.transaction(async (tx) => {
    const { rows } = await tx.query(
      `UPDATE changeover_api.token SET revoked_at = now() WHERE id::text = $1 AND revoked_at IS NULL RETURNING id`,
      [id],
    )
    if (rows.length === 0) throw errors.TOKEN_UNKNOWN({ id })
    await record(tx, id, 'revoked', by)
  })
}

const columns = `id::text AS id, name, tenant::text AS tenant, role, expires_at::text AS "expiresAt", revoked_at::text AS "revokedAt"`

export async function listTokens(database: Queryable): Promise<readonly Token[]> {
  const { rows } = await database.query<Token>(
    `SELECT ${columns} FROM changeover_api.token ORDER BY name, id`,
  )
  return rows
}

/**
 * Who a token stands for; undefined where it is unknown, revoked or expired. It is found by its hash through an index: how long that
 * takes tells nothing of the token, whose hash nobody can choose.
 */
export async function identityOfToken(database: Queryable, token: string): Promise<Identity | undefined> {
  const { rows } = await database.query<{ name: string; tenant: string | null; role: Role | null }>(
    `SELECT name, tenant::text AS tenant, role FROM changeover_api.token
      WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    [hashOf(token)],
  )
  return rows[0]
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

async function record(tx: Queryable, id: string, what: 'created' | 'revoked', by: string): Promise<void> {
  await tx.query(`INSERT INTO changeover_api.token_event (token_id, what, by) VALUES ($1, $2, $3)`, [
    id,
    what,
    by,
  ])
}
