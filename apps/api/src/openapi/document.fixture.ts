/** As much of an OpenAPI document as the tests read. */
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Body
  readonly responses: Readonly<Record<string, Body>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: JsonSchema
  readonly example?: unknown
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>
}

export type JsonSchema = Readonly<Record<string, unknown>>

export interface NamedOperation {
  /** `get /api/staff-tasks` */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** Every operation of the document. */
export function operationsOf(document: object): readonly NamedOperation[] {
  const { paths } = document as { paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      method,
      path,
      operation,
    })),
  )
}
