import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errors } from '../errors.ts'
import type { BackedUpTable, Contents } from './backed-up-table.ts'

/** One table of a backup and its file. */
export interface TableBackup extends BackedUpTable, Contents {
  /** CSV with a header; an empty text is quoted, NULL is not. */
  readonly file: string
  readonly sha256: string
}

/** What a backup holds. It is written last: a folder without it is no backup. */
export interface Manifest {
  readonly format: 1
  readonly migration: string
  /** Of the server. */
  readonly takenAt: string
  readonly server: string
  /** Each table after those it refers to. */
  readonly tables: readonly TableBackup[]
  /** The file of `pg_dump`, of the same snapshot; null where there was none that is new enough. */
  readonly dump: string | null
}

const fileName = 'manifest.json'

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const draft = join(folder, `${fileName}.draft`)
  await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`)
  await rename(draft, join(folder, fileName))
}

/** Errors: MIGRATION.BACKUP_UNREADABLE. */
export async function readManifest(folder: string): Promise<Manifest> {
  const why = (said: string) => errors.BACKUP_UNREADABLE({ folder, said })
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => {
    throw why(`it has no ${fileName}`)
  })
  const found: unknown = JSON.parse(text)
  if (!isManifest(found)) throw why(`${fileName} is not one of this version`)
  return found
}

function isManifest(found: unknown): found is Manifest {
  return (
    typeof found === 'object' &&
    found !== null &&
    'format' in found &&
    found.format === 1 &&
    'tables' in found
  )
}
