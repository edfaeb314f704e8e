import { open, writeFile } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import {
  renderGithubSummary,
  renderJson,
  renderJunit,
  renderNdjson,
  renderSarif,
  type Verification,
} from '@changeover/verifier'
import type { Output, OutputFormat } from '../commands/output-option.ts'
import { errors } from '../errors.ts'
import type { Session } from '../session.ts'

type Where = Pick<Session, 'folder' | 'configFile'>

/** How a verification is written, besides the table for people. */
const renderers: Readonly<
  Record<Exclude<OutputFormat, 'table'>, (verification: Verification, named: Named) => string>
> = {
  json: renderJson,
  ndjson: renderNdjson,
  junit: renderJunit,
  sarif: renderSarif,
  markdown: (verification, { targetModel }) => renderGithubSummary(verification, targetModel),
}

interface Named {
  readonly targetModel: string
  readonly file?: string
}

/** What goes to stdout, and what to files. */
export interface Written {
  readonly verification: Verification
  readonly targetModel: string
  /** The report for people. */
  readonly table: string
}

/** Fails before the work where its reports could not be written after it. Errors: CLI.FILE_UNWRITABLE. */
export async function requireWritable({ folder }: Where, outputs: readonly Output[]): Promise<void> {
  for (const { file } of outputs)
    if (file !== undefined)
      await explained(file, async () => {
        const handle = await open(resolve(folder, file), 'a')
        await handle.close()
      })
}

/** Writes the files that were asked for; gives the text for stdout. Errors: CLI.FILE_UNWRITABLE. */
export async function writeOutputs(
  where: Where,
  outputs: readonly Output[],
  written: Written,
): Promise<string> {
  const texts: string[] = []
  for (const { format, file } of outputs) {
    const text = textOf(format, written, where)
    if (file === undefined) texts.push(text.trimEnd())
    else await explained(file, () => writeFile(resolve(where.folder, file), `${text.trimEnd()}\n`))
  }
  return texts.length === 0 ? written.table : texts.join('\n')
}

function textOf(format: OutputFormat, { verification, targetModel, table }: Written, where: Where): string {
  return format === 'table' ? table : renderers[format](verification, { targetModel, ...configIn(where) })
}

/** The config as it is called from the folder of the command; nothing where it lies outside or is not known. */
function configIn({ folder, configFile }: Where): Pick<Named, 'file'> {
  if (configFile === undefined) return {}
  const file = relative(folder, configFile).split(sep).join('/')
  return file.startsWith('..') ? {} : { file }
}

async function explained(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw errors.FILE_UNWRITABLE({ file, said }, { cause: error })
  }
}
