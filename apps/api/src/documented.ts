/** The answers of every operation that refuses something. */
export const problems = {
  '4xx': {
    description: 'Refused.',
    content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
  },
  '5xx': {
    description: 'Not now.',
    content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
  },
}

/** A list of all there is. */
export function listOf(items: object) {
  return { type: 'object', required: ['items'], properties: { items: { type: 'array', items } } }
}

/** A part of a list, and how to ask for the next one. */
export function pageOf(items: object) {
  const { properties } = listOf(items)
  return {
    type: 'object',
    required: ['items', 'next'],
    properties: { ...properties, next: { type: ['string', 'null'], description: 'Null on the last page.' } },
  }
}
