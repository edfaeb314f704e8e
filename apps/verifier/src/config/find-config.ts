import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { errors } from '../errors.ts'

const names = ['ts', 'mts', 'js', 'mjs'].map((extension) => `changeover.config.${extension}`)

/**
 * The config file: the one that was named, or changeover.config.ts (.mts, .js, .mjs) in the folder or the nearest above it.
 *
 * Errors: CLI.CONFIG_MISSING.
 */
export function findConfig(folder: string, named: string | undefined): string {
  if (named !== undefined) return resolve(folder, named)
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = names.map((name) => join(at, name)).find((file) => existsSync(file))
    if (found !== undefined) return found
    if (dirname(at) === at) throw errors.CONFIG_MISSING({ folder })
  }
}
