import type { FastifyInstance, FastifyRequest } from 'fastify'
import { errors } from './errors.ts'

/** Refuses texts that PostgreSQL cannot hold as they are, in every phase and wherever they stand: U+0000, and half a surrogate pair. */
export function refuseUnstorableText(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ params, query, body }: FastifyRequest) => {
    for (const [where, value] of Object.entries({ params, querystring: query, body }))
      if (!isStorable(value))
        throw errors.REQUEST_INVALID({ where, said: 'it has a text with U+0000 or half a surrogate pair' })
  })
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, each]) => isStorable(key) && isStorable(each))
}
