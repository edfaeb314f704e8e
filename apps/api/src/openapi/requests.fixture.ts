import fc from 'fast-check'
import { arbitraryOf, type Known } from './arbitrary-of.fixture.ts'
import type { JsonSchema, NamedOperation, Parameter } from './document.fixture.ts'

export interface Request {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** As it is sent; undefined where the operation takes none. */
  readonly payload: string | undefined
}

/** Requests that an operation allows. */
export function validRequests(
  { name, method, path, operation }: NamedOperation,
  seen: Known,
): fc.Arbitrary<Request> {
  const { parameters = [], requestBody } = operation
  const [in_, query, header] = (['path', 'query', 'header'] as const).map((place) =>
    valuesOf(
      path,
      parameters.filter((each) => each.in === place),
      seen,
    ),
  )
  const schema = requestBody?.content?.['application/json']?.schema
  const body = schema === undefined ? fc.constant(undefined) : arbitraryOf(schema, seen, '')
  return fc
    .record({ in_: in_ ?? none, query: query ?? none, header: header ?? none, body })
    .map(({ in_: places, query: asked, header: headers, body: sent }) => ({
      name,
      method: method.toUpperCase(),
      url: urlOf(path, places, asked),
      headers: { ...headers, ...(sent !== undefined && { 'content-type': 'application/json' }) },
      payload: sent === undefined ? undefined : JSON.stringify(sent),
    }))
}

/** Requests that it must refuse, made of allowed ones by one thing that is wrong. */
export function invalidRequests(operation: NamedOperation, seen: Known): fc.Arbitrary<Request> {
  const schema = operation.operation.requestBody?.content?.['application/json']?.schema
  const unknownQuery = (request: Request) => ({
    ...request,
    url: `${request.url}${request.url.includes('?') ? '&' : '?'}colour=red`,
  })
  const hasQuery = (operation.operation.parameters ?? []).some((each) => each.in === 'query')
  const wrongs = [...(hasQuery ? [unknownQuery] : []), ...(schema === undefined ? [] : wrongBodies(schema))]
  if (wrongs.length === 0)
    return validRequests(operation, seen).map((request) => ({ ...request, url: '/api/nothing' }))
  return fc
    .tuple(validRequests(operation, seen), fc.constantFrom(...wrongs))
    .map(([request, spoil]) => spoil(request))
}

type Spoil = (request: Request) => Request

function wrongBodies(schema: JsonSchema): readonly Spoil[] {
  const { properties = {}, required = [] } = schema as {
    properties?: Readonly<Record<string, JsonSchema>>
    required?: readonly string[]
  }
  const change =
    (spoil: (body: Record<string, unknown>) => unknown): Spoil =>
    (request) => ({
      ...request,
      payload: JSON.stringify(spoil(JSON.parse(request.payload ?? '{}') as Record<string, unknown>)),
    })
  // A value of a type that no alternative of the property takes.
  const typed = Object.entries(properties).filter(([, each]) => !takesObjects(each))
  return [
    (request) => ({ ...request, payload: `${request.payload ?? ''}}` }),
    (request) => ({ ...request, headers: { 'content-type': 'text/plain' } }),
    change(() => []),
    change(() => 'text'),
    ...(schema['additionalProperties'] === false ? [change((body) => ({ ...body, colour: 'red' }))] : []),
    ...required.map((name) => change(({ [name]: _gone, ...rest }) => rest)),
    ...typed.map(([name]) => change((body) => ({ ...body, [name]: { wrong: 'type' } }))),
  ]
}

function takesObjects(schema: JsonSchema): boolean {
  const { type, anyOf } = schema as { type?: unknown; anyOf?: readonly JsonSchema[] }
  if (anyOf !== undefined) return anyOf.some(takesObjects)
  if (schema['enum'] !== undefined) return false
  return type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'))
}

type Values = Readonly<Record<string, string>>
const none: fc.Arbitrary<Values> = fc.constant({})

/** Under which name the keys of a collection are known: `/api/leads/{id}/choices` → `/api/leads`. */
function keyOf(path: string): string {
  return path.split('/{')[0] ?? path
}

/** Each required parameter, and the first few others at times. */
function valuesOf(path: string, parameters: readonly Parameter[], seen: Known): fc.Arbitrary<Values> {
  if (parameters.length === 0) return none
  const isNeeded = ({ required, in: place }: Parameter) => required === true || place === 'header'
  const needed = parameters.filter(isNeeded)
  const free = parameters.filter((each) => !isNeeded(each))
  const text = ({ name, schema, in: place }: Parameter) =>
    place === 'header'
      ? fc.constantFrom('*', '*', '*', '"other"')
      : arbitraryOf(schema, seen, place === 'path' ? keyOf(path) : name).map(String)
  const record = (some: readonly Parameter[]) =>
    fc.record(Object.fromEntries(some.map((each) => [each.name, text(each)])))
  const rest =
    free.length === 0 ? none : fc.subarray([...free], { maxLength: Math.min(3, free.length) }).chain(record)
  return fc.tuple(record(needed), rest).map(([first, second]) => ({ ...first, ...second }))
}

function urlOf(path: string, places: Values, query: Values): string {
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => encoded(places[name] ?? ''))
  const asked = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
  return asked.length === 0 ? filled : `${filled}?${asked.join('&')}`
}

/** Half a surrogate pair cannot stand in a URL. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
