import type { Config } from '@changeover/migration'
import { errors } from '../errors.ts'
import { configFault, isConfig } from './config-shape.ts'
import { findConfig } from './find-config.ts'
import { importConfig } from './import-config.ts'

export interface LoadedConfig {
  readonly file: string
  readonly config: Config
}

/**
 * Finds, loads and checks the config.
 *
 * Errors: CLI.CONFIG_MISSING, CONFIG_NOT_LOADED, CONFIG_NO_DEFAULT, CONFIG_SHAPE, each naming the file.
 */
export async function loadConfig(folder: string, named: string | undefined): Promise<LoadedConfig> {
  const file = findConfig(folder, named)
  const module = await importConfig(file)
  if (!('default' in module)) {
    const names = Object.keys(module)
    throw errors.CONFIG_NO_DEFAULT({ file, exports: names.length === 0 ? 'nothing' : names.join(', ') })
  }
  const config = module['default']
  if (isConfig(config)) return { file, config }
  const { field, said } = configFault(config) ?? { field: 'the default export', said: 'invalid' }
  throw errors.CONFIG_SHAPE({ file, field, said: said.toLowerCase() })
}
