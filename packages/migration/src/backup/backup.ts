import { createWriteStream } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type CopyTransaction, copying } from '@changeover/database'
import { sql } from '@changeover/mapping/sql'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import {
  type BackedUpTable,
  columnsSql,
  contentsOf,
  exactly,
  nameSql,
  tablesToBackUp,
} from './backed-up-table.ts'
import { hashing } from './hashing.ts'
import { type Manifest, type TableBackup, writeManifest } from './manifest.ts'
import { canDump, dump, type Programs } from './pg-dump.ts'

export interface BackupOptions {
  readonly url: string
  /** Made where it does not exist; must be empty. */
  readonly folder: string
  readonly programs: Programs
  readonly onTable?: (table: string, rows: number) => void
}

/**
 * Writes every table of a migration, and those they refer to, as CSV with a header: one file each, streamed, all of one
 * snapshot, while the application goes on writing. Where a `pg_dump` is at hand that is new enough, the whole database of that
 * same snapshot too, with its schema.
 *
 * Cost: two scans of each table; the snapshot is held meanwhile.
 * Errors: MIGRATION.BACKUP_FOLDER_TAKEN, BACKUP_EMPTY, DUMP_FAILED; DATABASE.*, among them hidden rows.
 */
export async function backup(migration: Migration, options: BackupOptions): Promise<Manifest> {
  const { url, folder, programs } = options
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) throw errors.BACKUP_FOLDER_TAKEN({ folder })
  const manifest = await copying({ url, isolation: 'repeatable read', readOnly: true }, async (tx) => {
    await tx.query(exactly)
    const tables = await tablesToBackUp(tx, migration)
    if (tables.length === 0) throw errors.BACKUP_EMPTY({ migration: migration.name })
    const backedUp: TableBackup[] = []
    for (const table of tables) {
      const made = await backUpTable(tx, table, folder)
      options.onTable?.(table.name, made.rows)
      backedUp.push(made)
    }
    const about = await aboutServer(tx)
    const file = (await canDump(programs, about.major)) ? 'database.dump' : null
    if (file !== null) await dump(programs, { url, snapshot: about.snapshot, file: join(folder, file) })
    const { takenAt, server } = about
    return { format: 1 as const, migration: migration.name, takenAt, server, tables: backedUp, dump: file }
  })
  await writeManifest(folder, manifest)
  return manifest
}

async function backUpTable(tx: CopyTransaction, table: BackedUpTable, folder: string): Promise<TableBackup> {
  const file = `${encodeURIComponent(table.schema)}.${encodeURIComponent(table.name)}.csv`
  const { through, digest } = hashing()
  const written = pipeline(through, createWriteStream(join(folder, file), { flags: 'wx' }))
  await Promise.all([
    written,
    tx.copyOut(
      sql`COPY (SELECT ${columnsSql(table)} FROM ${nameSql(table)}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')`
        .text,
      through,
    ),
  ])
  return { ...table, ...(await contentsOf(tx, table)), file, sha256: digest() }
}

interface AboutServer {
  readonly takenAt: string
  readonly server: string
  readonly major: number
  readonly snapshot: string
}

async function aboutServer(tx: CopyTransaction): Promise<AboutServer> {
  const { rows } = await tx.query<AboutServer>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "takenAt", current_setting('server_version') as server,
            current_setting('server_version_num')::int / 10000 as major, pg_export_snapshot() as snapshot`,
  )
  const [about] = rows
  return about ?? { takenAt: '', server: '', major: Number.POSITIVE_INFINITY, snapshot: '' }
}
