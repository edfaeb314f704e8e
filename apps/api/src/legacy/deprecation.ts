import type { FastifyInstance } from 'fastify'

export interface DeprecationOptions {
  /** Since when they are deprecated, as `2026-12-31`. */
  readonly since: string | undefined
  /** From when on they may be gone. */
  readonly sunset: string | undefined
  /** Where to read what replaces them. */
  readonly successor: string
}

const midnight = (date: string) => new Date(`${date}T00:00:00Z`)

/**
 * Says of every operation of this instance, in its description and in its answers, that it has an end.
 * Source: RFC 9745 (Deprecation), RFC 8594 (Sunset).
 */
export function announceDeprecation(
  app: FastifyInstance,
  { since, sunset, successor }: DeprecationOptions,
): void {
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, deprecated: true }
  })
  app.addHook('onRequest', async (_request, reply) => {
    if (since !== undefined) void reply.header('deprecation', `@${midnight(since).getTime() / 1000}`)
    if (sunset !== undefined) void reply.header('sunset', midnight(sunset).toUTCString())
    if (since !== undefined || sunset !== undefined)
      void reply.header('link', `<${successor}>; rel="successor-version"`)
  })
}
