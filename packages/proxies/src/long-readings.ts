import { type ColumnType, hashOf, type Mapping, typeText } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { aliases, inSchema, type ProxySet } from './proxy.ts'

const prefix = 'reads_'

/** Characters from which on a reading is kept in a function. */
const longest = 1000

/**
 * A reading of many branches, behind a function of the columns that it asks. PostgreSQL copies the expressions of every index of a table for
 * each statement that names the table, also for one that uses none of them, and those of a view for each that names the view.
 */
export interface LongReading {
  readonly call: Sql
  readonly create: string
}

/** Undefined for a reading that is short enough to stand where it is asked. It may name columns of the target's row alone. */
export function longReading(
  set: ProxySet,
  mapping: Mapping,
  field: { readonly column: string; readonly type: ColumnType },
  reading: Sql,
): LongReading | undefined {
  if (reading.text.length <= longest) return undefined
  const asked = Object.values(mapping.target.fields)
    .map(({ column, type }) => ({ stored: ident(aliases.target, column), type: typeName(typeText(type)) }))
    .filter(({ stored }) => reading.text.includes(stored.text))
  const given = asked.map((each, index) => ({ ...each, name: ident(`changeover_${index}`) }))
  const body = given.reduce((text, { stored, name }) => text.replaceAll(stored.text, name.text), reading.text)
  const takes = join(asked.map(({ type }) => type))
  // An index holds what its function has answered: a reading that changes is another function.
  const name = inSchema(set, `${prefix}${hashOf([body, takes.text, typeText(field.type)])}`)
  const create = sql`CREATE OR REPLACE FUNCTION ${name}(${join(given.map((each) => sql`${each.name} ${each.type}`))})
  RETURNS ${typeName(typeText(field.type))} LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5 AS ${literal(`
  BEGIN
    RETURN ${body};
  END`)}; COMMENT ON FUNCTION ${name} IS ${literal(`reads ${mapping.name}.${field.column}`)}`
  return { call: sql`${name}(${join(asked.map(({ stored }) => stored))})`, create: create.text }
}

/** Takes all of them away, those too that a mapping had before it was changed. No view may need them any more. */
export function dropLongReadings(set: ProxySet): string {
  const made = sql`SELECT oid::regprocedure::text AS name FROM pg_proc
    WHERE pronamespace = to_regnamespace(${literal(ident(set.schema).text)}) AND proname ~ ${literal(`^${prefix}[0-9a-f]{16}$`)}`
  return sql`DO ${literal(`DECLARE reading record; BEGIN
    FOR reading IN ${made.text} LOOP EXECUTE 'DROP FUNCTION ' || reading.name; END LOOP; END`)}`.text
}
