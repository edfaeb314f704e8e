import { resolve } from 'node:path'
import { backup as write } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'
import { boxTable } from '../render/box-table.ts'
import { numberText } from '../render/progress-text.ts'

/** Writes the tables of the migration to a folder. */
export function backup({ to }: { readonly to: string }): Job {
  return async ({ migration, url, folder, environment, talk }) => {
    const manifest = await write(migration, {
      url,
      folder: resolve(folder, to),
      programs: { path: environment['PATH'] },
      onTable: (table, rows) => talk.progress(`Written: ${table}, ${numberText(rows)} rows`),
    })
    const dumped =
      manifest.dump === null
        ? 'No pg_dump as new as the server is on the PATH: the schema is not in it.'
        : `The whole database is in ${manifest.dump}.`
    const text = [
      boxTable(
        ['File', 'Rows', 'Checksum'],
        manifest.tables.map(({ file, rows, checksum }) => [file, numberText(rows), checksum]),
      ),
      `✓ Backed up ${migration.name} as of ${manifest.takenAt} into ${to}. ${dumped}`,
      `Prove it: changeover restore ${migration.name} --from ${to} --to <url of a fresh database>`,
    ].join('\n')
    return { exitCode: exitCodes.fine, data: manifest, text }
  }
}
