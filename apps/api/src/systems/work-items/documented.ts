/** What the operations of work items share in the OpenAPI document. */
export const tags = ['work-items']

export const problems = { '4xx': { $ref: 'Problem#' }, '5xx': { $ref: 'Problem#' } }

export const idParams = {
  type: 'object',
  properties: { id: { type: 'string', format: 'uuid' } },
  required: ['id'],
}
