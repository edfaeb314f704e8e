import type { Queryable } from '@changeover/database'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { errors } from '../errors.ts'
import type { Settings } from '../settings.ts'
import { type Access, type Identity, mayAsk } from './identity.ts'
import { type OidcVerifier, oidcVerifier } from './oidc.ts'
import { identityOfToken, isToken } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; nobody on routes that are open. */
    identity: Identity | null
  }
  interface FastifyContextConfig {
    /** Who may ask the route; whoever has a tenant, unless it says otherwise. */
    access?: Access
  }
}

/**
 * Asks of every request who it is from, before anything else is done for it. A route that says nothing is for tenants, so that a new one
 * cannot be left open by forgetting.
 *
 * Errors, to the client: API.UNAUTHENTICATED, API.FORBIDDEN, API.ISSUER_UNREACHABLE.
 */
export function authenticate(app: FastifyInstance, database: Queryable, settings: Settings): void {
  const { auth, oidc, tenant } = settings
  const verify = oidc && oidcVerifier(oidc)
  const everybody: Identity = { name: 'anybody', tenant, role: 'admin' }
  app.decorateRequest('identity', null)
  app.addHook('onRoute', (route) => describeAccess(route, auth === 'tokens'))
  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request.routeOptions.config)
    if (access === 'open') return
    const identity = auth === 'off' ? everybody : await identityOf(request, database, verify)
    if (identity === undefined) {
      void reply.header('www-authenticate', 'Bearer')
      throw errors.UNAUTHENTICATED()
    }
    if (!mayAsk(identity, access)) throw errors.FORBIDDEN({ needed: neededFor(access), name: identity.name })
    request.identity = identity
  })
}

/** What a route says of itself, or the safe thing. */
function accessOf({ access = 'tenant' }: { readonly access?: Access }): Access {
  return access
}

/** Who asks a route that is not open. */
export function identified({ identity }: FastifyRequest): Identity {
  if (identity === null) throw new Error('a route asks who asks, and is open to anybody')
  return identity
}

async function identityOf(
  { headers }: FastifyRequest,
  database: Queryable,
  verify: OidcVerifier | undefined,
): Promise<Identity | undefined> {
  const credential = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(headers.authorization ?? '')?.[1]
  if (credential === undefined) return undefined
  return isToken(credential) ? identityOfToken(database, credential) : verify?.(credential)
}

function neededFor(access: Access): string {
  return access === 'tenant' ? 'a tenant' : `the role ${access}`
}

/** In the document: which operations need a token, and with what. */
function describeAccess(route: RouteOptions, isAsked: boolean): void {
  const access = accessOf(route.config ?? {})
  if (!isAsked || access === 'open' || route.schema?.hide === true) return
  route.schema = { ...route.schema, security: [{ bearer: [] }] }
}
