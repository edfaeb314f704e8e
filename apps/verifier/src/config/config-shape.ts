import type { Config } from '@changeover/migration'
import { z } from 'zod'

const functionShape = z.custom<never>((value) => typeof value === 'function', 'must be a function')

const mappingShape = z.looseObject({ name: z.string(), hash: z.string(), rules: z.array(z.unknown()) })

const migrationShape = z.looseObject({
  name: z.string(),
  targetModel: z.string(),
  mappings: z.array(mappingShape).min(1),
  ordered: z.array(mappingShape).min(1),
  flags: z.record(z.string(), z.string()),
})

/** What a config must be, by shape, so that two copies of a package do not matter. */
const configShape = z.looseObject({
  migrations: z.array(migrationShape).min(1),
  database: z.looseObject({ url: z.string().optional(), start: functionShape.optional() }),
})

/** The first thing that is wrong with a value as a config. */
export interface ShapeFault {
  /** `migrations[0].mappings` */
  readonly field: string
  readonly said: string
}

/** Tells what is wrong with a value as a config, or nothing. */
export function configFault(value: unknown): ShapeFault | undefined {
  const [issue] = configShape.safeParse(value).error?.issues ?? []
  return issue && { field: pathText(issue.path), said: issue.message }
}

/** Whether a value is a config. */
export function isConfig(value: unknown): value is Config {
  return configFault(value) === undefined
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text === '' ? 'the default export' : text.replace(/^\./, '')
}
