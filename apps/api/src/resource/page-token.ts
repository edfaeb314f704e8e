import { createHash } from 'node:crypto'
import { z } from 'zod'
import { errors } from '../errors.ts'
import type { ListQuery } from './list-query.ts'
import { readToken, tokenOf } from './opaque-token.ts'

/** Where a page ended: the value that it was sorted by, as text, and the key. */
export interface PagePlace {
  readonly value: string | number | boolean | null
  readonly id: string
}

const shape = z.strictObject({
  of: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  id: z.string(),
})

type Asked = Pick<ListQuery, 'sort' | 'filters'>

/** Writes the place into an opaque text that is good for the same list only. */
export function pageToken(resource: string, asked: Asked, place: PagePlace): string {
  return tokenOf({ of: listOf(resource, asked), ...place })
}

/**
 * Reads it again. The list is named by its model, sort and filters, not by the phase, so that a token outlives a flip.
 * Errors: API.PAGE_TOKEN_INVALID.
 */
export function readPageToken(resource: string, asked: Asked, token: string): PagePlace {
  const { of, ...place } = readToken(shape, token)
  if (of !== listOf(resource, asked))
    throw errors.PAGE_TOKEN_INVALID({ why: 'it belongs to another list, sort or filter' })
  return place
}

function listOf(resource: string, { sort, filters }: Asked): string {
  const sorted = Object.entries(filters).toSorted(([left], [right]) => (left < right ? -1 : 1))
  const text = JSON.stringify([resource, sort.field, sort.direction, sorted])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
