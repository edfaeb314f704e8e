import { resolve } from 'node:path'
import type { Queryable } from '@changeover/database'
import { recordRestoredBackup, restore as fill } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import { operatorName } from '../operator-name.ts'
import type { Job } from '../perform.ts'
import { numberText } from '../render/progress-text.ts'

export interface RestoreSettings {
  readonly from: string
  readonly to: string
}

/** Restores a backup of the migration into another database, and records that it could be done: a gate of `contract` asks for it. */
export function restore({ from, to }: RestoreSettings): Job {
  return async ({ migration, database, folder, environment, talk }) => {
    const { manifest, rows } = await fill(migration, {
      url: to,
      folder: resolve(folder, from),
      programs: { path: environment['PATH'] },
      onTable: (table, count) => talk.progress(`Restored: ${table}, ${numberText(count)} rows`),
    })
    const { tables, takenAt } = manifest
    const note = `the backup of ${takenAt}, restored elsewhere: ${tables.length} tables, ${rows} rows, checksums equal`
    const isRecorded = await isInstalled(database)
    if (isRecorded) await recordRestoredBackup(database, migration, { by: operatorName(environment), note })
    return {
      exitCode: exitCodes.fine,
      data: {
        takenAt,
        rows,
        tables: tables.map(({ schema, name, rows: count, checksum }) => ({
          schema,
          name,
          rows: count,
          checksum,
        })),
      },
      text: `✓ Restored the backup of ${takenAt}: ${tables.length} tables, ${numberText(rows)} rows, counts and checksums equal.${isRecorded ? ' It is recorded.' : ''}`,
    }
  }
}

/** Whether there are books to record in: a backup can be proven before anything is installed. */
async function isInstalled(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    `select to_regnamespace('changeover') is not null as found`,
  )
  return rows[0]?.found === true
}
