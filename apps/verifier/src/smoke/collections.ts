import { type ApiClient, textIn, valueIn } from '../api/api-client.ts'
import { listOf } from '../api/list-of.ts'
import type { Place } from './traces.ts'

/** Rows that an API makes, changes and deletes under one path, as it describes them itself. */
export interface Collection extends Place {
  /** The least that a row is made of. */
  readonly example: object
  readonly required: readonly string[]
}

/** Every collection that a running API describes. */
export async function collectionsOf(api: ApiClient): Promise<readonly Collection[]> {
  const { body } = await api.need('GET /openapi.json')
  const paths = valueIn(body, 'paths')
  return Object.keys(paths ?? {}).flatMap((path) => {
    const one = valueIn(paths, `${path}/{id}`)
    const isWhole = ['get', 'patch', 'delete'].every((method) => valueIn(one, method) !== undefined)
    const made = valueIn(valueIn(paths, path), 'post')
    return isWhole && made !== undefined ? collectionOf(path, made) : []
  })
}

function collectionOf(path: string, made: unknown): readonly Collection[] {
  const content = valueIn(valueIn(valueIn(made, 'requestBody'), 'content'), 'application/json')
  const schema = valueIn(content, 'schema')
  const field = markedField(valueIn(schema, 'properties'))
  if (field === undefined) return []
  const example = valueIn(content, 'example')
  return [
    {
      path,
      field,
      example: typeof example === 'object' && example !== null ? example : {},
      required: listOf(valueIn(schema, 'required')).map(String),
    },
  ]
}

// What people read of a row. A field that is free but has another meaning, such as a key, would be refused.
const readable = ['title', 'name', 'firstName', 'description', 'notes', 'comments']
const markLength = 60

/** The field by which a row is known again: any text may stand in it. */
function markedField(properties: unknown): string | undefined {
  return readable.find((name) => {
    const schema = valueIn(properties, name)
    const type = valueIn(schema, 'type')
    const isText = type === 'string' || listOf(type).includes('string')
    const isFree = ['enum', 'format', 'pattern'].every((each) => valueIn(schema, each) === undefined)
    return isText && isFree && Number(valueIn(schema, 'maxLength') ?? markLength) >= markLength
  })
}

/** What a row is to be: as the first one that is there in what it must have, so that it refers to what there is. */
export async function bodyFor(
  api: ApiClient,
  { path, field, example, required }: Collection,
  mark: string,
): Promise<object> {
  const { body } = await api.need(`GET ${path}?limit=1`)
  const [first] = listOf(valueIn(body, 'items'))
  const alike = required.flatMap((name) => {
    const value = valueIn(first, name)
    return value === undefined ? [] : [[name, value]]
  })
  return { ...example, ...Object.fromEntries(alike), [field]: mark }
}

/** The key of a row that was answered. */
export function keyIn(row: unknown): string {
  return textIn(row, 'id') ?? ''
}
