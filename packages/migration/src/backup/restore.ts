import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { type CopyTransaction, copying, type Queryable } from '@changeover/database'
import { literal, sql } from '@changeover/mapping/sql'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { columnsSql, contentsOf, exactly, nameSql } from './backed-up-table.ts'
import { hashOfFile } from './hashing.ts'
import { type Manifest, readManifest, type TableBackup } from './manifest.ts'
import { type Programs, restoreSchema } from './pg-dump.ts'
import { triggersOff, triggersOn } from './triggers.ts'

export interface RestoreOptions {
  /** The database to restore into: another one, with empty tables or none. */
  readonly url: string
  readonly folder: string
  readonly programs: Programs
  readonly onTable?: (table: string, rows: number) => void
}

/** What was restored, and proven to be equal. */
export interface Restored {
  readonly manifest: Manifest
  readonly rows: number
}

/**
 * Restores a backup of a migration into another database and proves it: the files are those that were written, and each table has the rows and the
 * checksum that it had in the snapshot. All of it or nothing. Tables are made from the dump where there is one, otherwise they
 * must be there, and empty. Triggers of the tables do not fire; foreign keys and constraints are checked.
 *
 * Cost: one transaction, which holds the tables of that database. Tables that refer to each other in a circle need DEFERRABLE
 * foreign keys. Errors: MIGRATION.BACKUP_UNREADABLE, BACKUP_DAMAGED, RESTORE_TABLE_MISSING, RESTORE_TABLE_FULL,
 * RESTORE_DIFFERS, DUMP_FAILED; DATABASE.*.
 */
export async function restore({ name }: Pick<Migration, 'name'>, options: RestoreOptions): Promise<Restored> {
  const { url, folder, programs, onTable } = options
  const manifest = await readManifest(folder)
  if (manifest.migration !== name)
    throw errors.BACKUP_UNREADABLE({ folder, said: `it is one of ${manifest.migration}, not of ${name}` })
  for (const { file, sha256 } of manifest.tables) {
    const found = await hashOfFile(join(folder, file)).catch(() => 'missing')
    if (found !== sha256) throw errors.BACKUP_DAMAGED({ folder, file })
  }
  const missing = await copying({ url }, (tx) => missingTables(tx, manifest))
  if (missing.length > 0 && (manifest.dump === null || missing.length < manifest.tables.length))
    throw errors.RESTORE_TABLE_MISSING({ tables: missing.join(', ') })
  if (missing.length > 0 && manifest.dump !== null)
    await restoreSchema(programs, url, join(folder, manifest.dump))
  await copying({ url }, async (tx) => {
    await tx.query(`${exactly}; set constraints all deferred`)
    const kept = await triggersOff(tx, manifest.tables)
    for (const table of manifest.tables) {
      await fill(tx, table, folder)
      onTable?.(table.name, table.rows)
    }
    await triggersOn(tx, kept)
  })
  return { manifest, rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0) }
}

async function missingTables(tx: Queryable, { tables }: Manifest): Promise<readonly string[]> {
  const { rows } = await tx.query<{ name: string }>(
    'select given as name from unnest($1::text[]) as given where to_regclass(given) is null',
    [tables.map((table) => nameSql(table).text)],
  )
  return rows.map(({ name }) => name)
}

async function fill(tx: CopyTransaction, table: TableBackup, folder: string): Promise<void> {
  const name = nameSql(table)
  const { rows } = await tx.query<{ full: boolean }>(sql`SELECT EXISTS (SELECT FROM ${name}) AS "full"`.text)
  if (rows[0]?.full === true) throw errors.RESTORE_TABLE_FULL({ table: name.text })
  await tx.copyIn(
    sql`COPY ${name} (${columnsSql(table)}) FROM STDIN (FORMAT csv, HEADER, ENCODING 'UTF8')`.text,
    createReadStream(join(folder, table.file)),
  )
  for (const { column, value, called } of table.sequences)
    await tx.query(
      sql`SELECT setval(pg_get_serial_sequence(${literal(name.text)}, ${literal(column)}), ${literal(value)}::bigint, ${literal(called)})`
        .text,
    )
  const found = await contentsOf(tx, table)
  if (found.rows !== table.rows || found.checksum !== table.checksum)
    throw errors.RESTORE_DIFFERS({ table: name.text, was: table.rows, is: found.rows })
}
