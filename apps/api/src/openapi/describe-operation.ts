import type { FastifySchema, RouteOptions } from 'fastify'
import type { Schema } from '../resource/property-schema.ts'
import { exampleOf } from './example-of.ts'

/** What a description of an operation has besides what its route says: a name for programs, and an example of each part. */
export function describeOperation(schema: FastifySchema, { method, url }: RouteOptions): FastifySchema {
  const { params, querystring, headers, body, response } = schema as Parts
  return {
    ...schema,
    operationId: operationId(String(method), url),
    ...(params && { params: withExamples(params) }),
    ...(querystring && { querystring: withExamples(querystring) }),
    ...(headers && { headers: withExamples(headers) }),
    ...(body && { body: { ...body, examples: [requestOf(body)] } }),
    ...(response && {
      response: Object.fromEntries(
        Object.entries(response).map(([status, each]) => [status, answered(each)]),
      ),
    }),
  }
}

interface Parts {
  readonly params?: Schema
  readonly querystring?: Schema
  readonly headers?: Schema
  readonly body?: Schema
  readonly response?: Readonly<Record<string, Schema>>
}

/** `GET /api/work-items/:id/children` → `getWorkItemsByIdChildren` */
function operationId(method: string, url: string): string {
  const words = url
    .replace(/^\/api\//, '/')
    .replaceAll(/\/:/g, '/by-')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
  const named = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
  return `${method.toLowerCase()}${named.join('')}`
}

/** Of what is required a value each; of a change the first field. */
function requestOf(body: Schema): unknown {
  const { properties = {}, required = [] } = body as {
    properties?: Readonly<Record<string, Schema>>
    required?: readonly string[]
  } // as JSON Schema has it
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1)
  return body['examples'] instanceof Array
    ? body['examples'][0]
    : Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] ?? {}, name)]))
}

function withExamples(parameters: Schema): Schema {
  const properties = Object.entries((parameters['properties'] ?? {}) as Readonly<Record<string, Schema>>) // as above
  const described = properties.map(([name, each]) => [name, { ...each, examples: [exampleOf(each, name)] }])
  return { ...parameters, properties: Object.fromEntries(described) }
}

/** An answer without content has no example, and one with its content described tells its own. */
function answered(answer: Schema): Schema {
  if (answer['content'] !== undefined || answer['type'] === 'null') return answer
  return { description: 'Done.', ...answer, examples: [exampleOf(answer)] }
}
