import type { Queryable } from '@changeover/database'
import { ident, sql } from '@changeover/mapping/sql'
import { type BackedUpTable, nameSql } from './backed-up-table.ts'

/** A trigger that was switched off, and how it was on before. */
interface SwitchedOff {
  readonly table: Pick<BackedUpTable, 'schema' | 'name'>
  readonly trigger: string
  /** As pg_trigger has it: O, R or A. */
  readonly enabled: string
}

const words: Readonly<Record<string, string>> = { O: 'ENABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' }

/** Switches the triggers of tables off, those of foreign keys excepted. Needs to own the tables; locks them. */
export async function triggersOff(
  tx: Queryable,
  tables: readonly BackedUpTable[],
): Promise<readonly SwitchedOff[]> {
  const off: SwitchedOff[] = []
  for (const table of tables) {
    const { rows } = await tx.query<{ trigger: string; enabled: string }>(
      `select tgname::text as trigger, tgenabled::text as enabled from pg_trigger
        where tgrelid = to_regclass($1) and not tgisinternal and tgenabled <> 'D' and tgparentid = 0`,
      [nameSql(table).text],
    )
    for (const row of rows) off.push({ table, ...row })
    await tx.query(sql`ALTER TABLE ${nameSql(table)} DISABLE TRIGGER USER`.text)
  }
  return off
}

/** Switches them on again, each as it was. */
export async function triggersOn(tx: Queryable, kept: readonly SwitchedOff[]): Promise<void> {
  // Nothing may still be due in a table that is altered.
  await tx.query('set constraints all immediate')
  for (const { table, trigger, enabled } of kept)
    await tx.query(
      sql`ALTER TABLE ${nameSql(table)} ${{ text: words[enabled] ?? 'ENABLE' }} TRIGGER ${ident(trigger)}`
        .text,
    )
}
