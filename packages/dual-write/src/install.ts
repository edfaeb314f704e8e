import {
  type Database,
  type DdlOptions,
  type DdlStatement,
  type Queryable,
  runDdl,
} from '@changeover/database'
import { literal, sql } from '@changeover/mapping/sql'
import { readPhase } from '@changeover/rollout'
import { compileDualWrite, type CompiledDualWrite } from './compile.ts'
import { createFunctionSql, createTriggerSql, type DbTrigger, functionSql } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import { errors } from './errors.ts'
import { ledgerDdl } from './ledger-ddl.ts'
import { qualify } from './qualified.ts'
import { referentialActions } from './referential-actions.ts'

/**
 * Puts the triggers and functions of dual write into the database. They do nothing until the phase says so. Safe to run
 * again, also after a crash in the middle: each table gets all of its triggers or none.
 *
 * Cost: locks each table SHARE ROW EXCLUSIVE for a moment, one after the other, with a lock timeout and retries.
 * Errors: DUAL_WRITE.NOT_INSTALLED without the phase store or a table; DUAL_WRITE.PHASE_MISSING; DATABASE.LOCK_TIMEOUT.
 */
export async function installDualWrite(
  database: Database,
  dualWrite: DualWrite,
  options: DdlOptions = {},
): Promise<void> {
  const compiled = await compileFor(database, dualWrite)
  // Without a phase every write to these tables would fail.
  if ((await readPhase(database, dualWrite.migration)) === undefined)
    throw errors.PHASE_MISSING({ migration: dualWrite.migration })
  await runDdl(database, ledgerDdl, options)
  await runDdl(
    database,
    compiled.functions.map((made) => createFunctionSql(made).text),
    options,
  )
  for (const { triggers } of compiled.tables)
    await runDdl(
      database,
      triggers.flatMap((each) => installTrigger(dualWrite, each)),
      options,
    )
}

/** Removes them. What is owed to the other side stays in changeover.outbox. */
export async function uninstallDualWrite(
  database: Database,
  dualWrite: DualWrite,
  options: DdlOptions = {},
): Promise<void> {
  const compiled = await compileFor(database, dualWrite)
  for (const { table, triggers } of compiled.tables)
    await runDdl(
      database,
      triggers.map(({ name }) => sql`DROP TRIGGER IF EXISTS ${{ text: `"${name}"` }} ON ${table.sql}`.text),
      options,
    )
  await runDdl(
    database,
    [
      ...compiled.functions.map((made) => sql`DROP FUNCTION IF EXISTS ${functionSql(made)}`.text),
      sql`DELETE FROM changeover.installed_trigger WHERE migration = ${literal(dualWrite.migration)}`.text,
    ],
    options,
  )
}

/** What belongs into this database. Errors: DUAL_WRITE.NOT_INSTALLED. */
export async function compileFor(database: Queryable, dualWrite: DualWrite): Promise<CompiledDualWrite> {
  const { rows } = await database.query<{ found: boolean }>(
    `SELECT pg_catalog.to_regprocedure('changeover.current_phase(text)') IS NOT NULL AS found`,
  )
  if (rows[0]?.found !== true) throw errors.NOT_INSTALLED({ missing: 'changeover.current_phase(text)' })
  const mappings = await qualify(database, dualWrite.mappings)
  return compileDualWrite({ ...dualWrite, mappings }, await referentialActions(database))
}

/** The trigger, and a note of what it is, by which a later change of it shows. */
function installTrigger({ migration }: DualWrite, trigger: DbTrigger): readonly DdlStatement[] {
  const table = literal(trigger.table.text)
  const name = literal(trigger.name)
  const note = sql`INSERT INTO changeover.installed_trigger (migration, table_name, trigger_name, definition)
    SELECT ${literal(migration)}, ${table}, ${name}, pg_catalog.pg_get_triggerdef(oid) FROM pg_catalog.pg_trigger
      WHERE tgrelid = ${table}::regclass AND tgname = ${name}
    ON CONFLICT (migration, table_name, trigger_name) DO UPDATE SET definition = EXCLUDED.definition`
  return [...createTriggerSql(trigger), note].map(({ text }) => text)
}
