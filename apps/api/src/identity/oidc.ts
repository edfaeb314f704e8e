import { createRemoteJWKSet, errors as joseErrors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { errors } from '../errors.ts'
import { type Identity, roles } from './identity.ts'

/** An issuer of OpenID Connect whose access tokens are accepted, and where they say what we need. */
export interface OidcOptions {
  /** As the tokens say it, and where `/.well-known/openid-configuration` is. */
  readonly issuer: string
  readonly audience: string
  readonly roleClaim: string
  readonly tenantClaim: string
}

/** Who an access token stands for; undefined where it is not valid. Errors: API.ISSUER_UNREACHABLE. */
export type OidcVerifier = (token: string) => Promise<Identity | undefined>

/** Asymmetric signatures only: a shared secret of ours is not the issuer's. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/** Verifies signature, issuer, audience and times by the issuer's keys, which are fetched when first needed and when they change. */
export function oidcVerifier(options: OidcOptions): OidcVerifier {
  const { issuer, audience } = options
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined
  const keysOf = async () => {
    keys ??= discover(issuer)
    return keys.catch((error: unknown) => {
      keys = undefined
      throw error
    })
  }
  return async (token) => {
    const known = await keysOf()
    try {
      const { payload } = await jwtVerify(token, known, {
        issuer,
        audience,
        algorithms,
        requiredClaims: ['sub', 'exp'],
      })
      return identityOf(payload, options)
    } catch (error) {
      if (isInvalid(error)) return undefined
      throw errors.ISSUER_UNREACHABLE({ issuer }, { cause: error })
    }
  }
}

const configuration = z.object({ issuer: z.string(), jwks_uri: z.url() })

async function discover(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  try {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    const found = configuration.parse(await answer.json())
    if (found.issuer !== issuer) throw new Error(`it calls itself ${found.issuer}`)
    return createRemoteJWKSet(new URL(found.jwks_uri))
  } catch (error) {
    throw errors.ISSUER_UNREACHABLE({ issuer }, { cause: error })
  }
}

/** Whether it is the token that is wrong, and not the way to the issuer. */
function isInvalid(error: unknown): boolean {
  return (
    error instanceof joseErrors.JOSEError &&
    !(error instanceof joseErrors.JWKSTimeout) &&
    error.code !== 'ERR_JOSE_GENERIC'
  )
}

const tenant = z.union([z.string().regex(/^[0-9]{1,18}$/), z.int().nonnegative().transform(String)])

/** A claim of a shape that we do not know gives nothing, rather than too much. */
function identityOf(payload: JWTPayload, { roleClaim, tenantClaim }: OidcOptions): Identity | undefined {
  const { sub = '' } = payload
  if (sub === '') return undefined
  return {
    name: sub,
    tenant: tenant.safeParse(payload[tenantClaim]).data ?? null,
    role: z.enum(roles).safeParse(payload[roleClaim]).data ?? null,
  }
}
