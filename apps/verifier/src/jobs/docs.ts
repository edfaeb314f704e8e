import { docsOf, lossOf } from '@changeover/mapping'
import { chooseMigration } from '../config/choose-migration.ts'
import { loadConfig } from '../config/load-config.ts'
import { exitCodeOf, exitCodes } from '../exit-code.ts'
import { printFailure, printOutcome } from '../print.ts'
import type { Shell } from '../shell.ts'

interface DocsCall {
  readonly command: string
  readonly migration: string | undefined
  readonly config?: string | undefined
  readonly json?: boolean | undefined
}

/** Prints the field-mapping reference of a migration. Needs no database. */
export async function docs(shell: Shell, call: DocsCall): Promise<void> {
  try {
    const { config } = await loadConfig(shell.folder, call.config)
    const { name, mappings, targetModel } = chooseMigration(config, call.migration, call.command)
    const text = [`# Field mappings of ${name}`, '', ...mappings.map(docsOf)].join('\n').trimEnd()
    const data = {
      migration: name,
      targetModel,
      mappings: mappings.map((mapping) => ({
        mapping: mapping.name,
        legacy: mapping.legacy.name,
        target: mapping.target.name,
        hash: mapping.hash,
        rules: lossOf(mapping),
      })),
    }
    printOutcome(shell, call, { exitCode: exitCodes.fine, data, text })
  } catch (thrown) {
    printFailure(shell, call, thrown)
    shell.setExitCode(exitCodeOf(thrown))
  }
}
