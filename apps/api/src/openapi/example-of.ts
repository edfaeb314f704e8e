import type { Schema } from '../resource/property-schema.ts'

/** Values for texts that must look like something, the first that does is taken. */
const texts = ['1', '100.00', '08:00:00', '#3B82F6']

const byFormat: Readonly<Record<string, string>> = {
  date: '2026-03-04',
  'date-time': '2026-03-04T08:00:00Z',
  uuid: '0199a7b6-3f6c-7d2e-8f00-5b1c2d3e4f50',
}

/**
 * A value that a schema allows, for its description: what the schema says itself (`examples`, `default`, `enum`), otherwise one made of the
 * name and the type. The same for the same schema.
 *
 * @example
 * exampleOf({ type: 'object', properties: { dueDate: { type: 'string', format: 'date' } } }) // => { dueDate: '2026-03-04' }
 */
export function exampleOf(schema: Schema, name = 'text'): unknown {
  const { examples, const: constant, default: byDefault, enum: allowed, anyOf } = schema as Said
  const said = examples?.[0] ?? constant ?? byDefault ?? allowed?.[0]
  if (said !== undefined) return said
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0], name)
  return byType(schema, name)
}

interface Said {
  readonly examples?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
}

function byType(schema: Schema, name: string): unknown {
  const { type } = schema
  const first: unknown = Array.isArray(type) ? type[0] : type
  if (first === 'string') return textOf(schema, name)
  if (first === 'integer' || first === 'number') return Math.max(Number(schema['minimum'] ?? 1), 1)
  if (first === 'boolean') return true
  if (first === 'null') return null
  if (first === 'array') return [exampleOf((schema['items'] ?? {}) as Schema, name)] // as JSON Schema has it
  return objectOf(schema)
}

function textOf({ format, pattern, maxLength = 255 }: Schema, name: string): string {
  const known = byFormat[String(format)]
  if (known !== undefined) return known
  if (typeof pattern === 'string') return texts.find((text) => new RegExp(pattern, 'u').test(text)) ?? ''
  const words = name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.slice(0, Number(maxLength))
}

function objectOf({ properties = {}, additionalProperties }: Schema): object {
  const own = Object.entries(properties as Readonly<Record<string, Schema>>) // as JSON Schema has it
  const named = own.map(([name, each]) => [name, exampleOf(each, name)] as const)
  const isMap = typeof additionalProperties === 'object' && additionalProperties !== null && own.length === 0
  return Object.fromEntries(isMap ? [['key', exampleOf(additionalProperties as Schema)]] : named)
}
