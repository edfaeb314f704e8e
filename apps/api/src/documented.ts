const problem = (description: string, example: object) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' }, example } },
})

/** The answers of every operation that refuses something. */
export const problems = {
  '4xx': problem('The request must change.', {
    type: '/docs/errors#apirow_not_found',
    title: 'API.ROW_NOT_FOUND',
    status: 404,
    detail: 'There is no work item 0199a7b6-3f6c-7d2e-8f00-5b1c2d3e4f50.',
    instance: '5b0ff1c1-7b1a-4c56-9e0b-1f4f0a9d2f11',
    code: 'API.ROW_NOT_FOUND',
    fix: 'Check the id; it may have been deleted.',
    retriable: false,
  }),
  '5xx': problem('The same request may succeed later.', {
    type: '/docs/errors#apioverloaded',
    title: 'API.OVERLOADED',
    status: 503,
    detail: 'The server has more to do than it can.',
    instance: '5b0ff1c1-7b1a-4c56-9e0b-1f4f0a9d2f12',
    code: 'API.OVERLOADED',
    fix: 'Ask again as the header retry-after says.',
    retriable: true,
  }),
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
