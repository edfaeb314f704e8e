import type { EntitySchemas } from './entity-schema.ts'
import type { Schema } from './property-schema.ts'

/** How a list was asked for: filters by field, and everything else. */
export interface ListQuery {
  readonly filters: Readonly<Record<string, string>>
  readonly limit: number
  readonly offset: number
  readonly after: string | undefined
  readonly sort: Sort
}

/** One field, `-` before it for the other direction. */
export interface Sort {
  readonly field: string
  readonly direction: 'asc' | 'desc'
}

/** How many rows an answer has at most. Numbers come as text. */
export const limitSchema = { type: 'string', pattern: '^([1-9][0-9]{0,2}|1000)$', default: '100' }

/** Where a page begins. */
export const afterSchema = { type: 'string', maxLength: 2_000, description: 'The `next` of the page before.' }

type Paging = 'offset' | 'token'

/** The schema of a list's query string: any column as a filter, one to sort by, and a page. */
export function listQuerySchema({ columns }: EntitySchemas, paging: Paging): Schema {
  const text = { type: 'string', maxLength: 200 }
  const page =
    paging === 'offset'
      ? { offset: { type: 'string', pattern: '^[0-9]{1,9}$', default: '0' } }
      : { after: afterSchema }
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(columns.map((name) => [name, text])),
      limit: limitSchema,
      sort: { type: 'string', enum: columns.flatMap((name) => [name, `-${name}`]) },
      ...page,
    },
  }
}

/** Reads a query string that has passed {@link listQuerySchema}. `null` as a filter means SQL's NULL. */
export function readListQuery(query: Readonly<Record<string, string>>, sortedBy: string): ListQuery {
  const { limit = '100', offset = '0', after, sort = sortedBy, ...filters } = query
  const isDescending = sort.startsWith('-')
  return {
    filters,
    limit: Number(limit),
    offset: Number(offset),
    after,
    sort: { field: isDescending ? sort.slice(1) : sort, direction: isDescending ? 'desc' : 'asc' },
  }
}
