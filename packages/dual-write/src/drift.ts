import type { Queryable } from '@changeover/database'
import type { Failure } from '@changeover/errors'
import { sql } from '@changeover/mapping/sql'
import type { DbFunction, DbTrigger } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import { errors } from './errors.ts'
import { compileFor } from './install.ts'

/**
 * What is not as it was installed: a trigger that is missing, switched off or changed, a function that does not say what the
 * mapping compiles to. Empty when all is well. While something is found, writes may be on one side only.
 *
 * Cost: four statements that read the catalog. Errors: DUAL_WRITE.NOT_INSTALLED.
 */
export async function dualWriteDrift(database: Queryable, dualWrite: DualWrite): Promise<readonly Failure[]> {
  const { functions, tables } = await compileFor(database, dualWrite)
  const triggers = tables.flatMap((table) => table.triggers)
  return [
    ...(await driftOfTriggers(database, dualWrite.migration, triggers)),
    ...(await driftOfFunctions(database, functions)),
  ]
}

interface FoundTrigger {
  readonly enabled: string | null
  readonly definition: string | null
  readonly installed: string | null
}

async function driftOfTriggers(
  database: Queryable,
  migration: string,
  triggers: readonly DbTrigger[],
): Promise<readonly Failure[]> {
  const { rows } = await database.query<FoundTrigger>(
    sql`SELECT t.tgenabled::text AS enabled, pg_catalog.pg_get_triggerdef(t.oid) AS definition, i.definition AS installed
      FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS given(table_name, trigger_name, place)
      LEFT JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = pg_catalog.to_regclass(given.table_name) AND t.tgname = given.trigger_name
      LEFT JOIN changeover.installed_trigger AS i ON i.migration = $1 AND i.table_name = given.table_name AND i.trigger_name = given.trigger_name
      ORDER BY given.place`.text,
    [migration, triggers.map(({ table }) => table.text), triggers.map(({ name }) => name)],
  )
  return triggers.flatMap(({ name, table }, index): readonly Failure[] => {
    const found = rows[index]
    const where = { table: table.text, trigger: name }
    if (!found || found.enabled === null || found.definition === null) return [errors.TRIGGER_MISSING(where)]
    if (found.enabled !== 'A') return [errors.TRIGGER_DISABLED({ ...where, enabled: found.enabled })]
    if (found.definition === found.installed) return []
    return [errors.TRIGGER_CHANGED({ ...where, definition: found.definition })]
  })
}

interface FoundFunction {
  readonly body: string | null
  readonly settings: readonly string[] | null
}

async function driftOfFunctions(
  database: Queryable,
  functions: readonly DbFunction[],
): Promise<readonly Failure[]> {
  const { rows } = await database.query<FoundFunction>(
    sql`SELECT p.prosrc AS body, p.proconfig AS settings FROM unnest($1::text[]) WITH ORDINALITY AS given(name, place)
      LEFT JOIN pg_catalog.pg_proc AS p ON p.proname = given.name AND p.pronamespace = 'changeover'::regnamespace
      ORDER BY given.place`.text,
    [functions.map(({ name }) => name)],
  )
  return functions.flatMap(({ name, body, settings }, index): readonly Failure[] => {
    const found = rows[index]
    if (!found || found.body === null) return [errors.FUNCTION_MISSING({ name })]
    const asked = Object.entries(settings).map(([setting, value]) => `${setting}=${value}`)
    const same = found.body === body.text && asked.join() === (found.settings ?? []).join()
    return same ? [] : [errors.FUNCTION_CHANGED({ name })]
  })
}
