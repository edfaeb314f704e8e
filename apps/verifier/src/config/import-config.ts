import { pathToFileURL } from 'node:url'
import { isFailure } from '@changeover/errors'
import { errors } from '../errors.ts'

// What Node says of TypeScript that is more than types: decorators, enums, imports without an extension.
const untranslated: ReadonlySet<string> = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_MODULE_NOT_FOUND',
])

/**
 * Loads the config by Node's own import, which takes TypeScript as it is. Where the code needs more than types removed and
 * jiti is installed, jiti loads it.
 *
 * Errors: CLI.CONFIG_NOT_LOADED, whose cause is what the file or the loader threw.
 */
export async function importConfig(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const loaded = needsTranslation(error) ? await importByJiti(file) : undefined
    if (loaded !== undefined) return loaded
    throw errors.CONFIG_NOT_LOADED({ file, said: saidBy(error), fix: fixFor(error) }, { cause: error })
  }
}

async function importByJiti(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { createJiti } = await import('jiti')
    return await createJiti(import.meta.url).import(file)
  } catch {
    // Not installed, or no better: what Node said counts.
    return undefined
  }
}

function needsTranslation(error: unknown): boolean {
  return error instanceof SyntaxError || untranslated.has(codeOf(error))
}

function fixFor(error: unknown): string {
  if (isFailure(error)) return error.fix
  if (codeOf(error) === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return 'Install jiti beside changeover (npm install jiti), or write the config without enums and decorators.'
  return codeOf(error) === 'ERR_MODULE_NOT_FOUND'
    ? 'Correct the path (with its extension), or install the package.'
    : 'Correct the file; `node <file>` shows where it fails.'
}

function saidBy(error: unknown): string {
  return error instanceof Error
    ? `${isFailure(error) ? `${error.code}: ` : ''}${error.message}`
    : String(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
