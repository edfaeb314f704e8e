import {
  compileRules,
  fieldNamed,
  type Field,
  isInPlace,
  type Mapping,
  scopeSql,
  subqueryScope,
  type Table,
} from '@changeover/mapping'
import { all, any, differs, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { engineName, keyNames, sidesOf, writerName } from '@changeover/sync'
import type { CapturedTable, Interest } from './captured-table.ts'
import type { DualWrite } from './dual-write.ts'
import { guardedPhases } from './legacy-guard.ts'

/** Whether the rows are those of a mapping both sides of which are this table. */
export function isOwnInPlace({ mapping, link, source }: Interest): boolean {
  return link === undefined && source === undefined && isInPlace(mapping)
}

/**
 * The keys of rows in which an update has changed a column of the side that leads. What the sync writes to the other columns of
 * the same row is no such change, and so does not call it again.
 */
export function changedInPlaceSql({ mapping, direction }: Interest): Sql {
  const { authority } = sidesOf(mapping, direction)
  const columns = Object.values(authority.table.fields)
  const changed = any(
    columns.map((field) => differs(valueOf(field, 'before'), valueOf(field, authority.alias))),
  )
  const names = keyNames(mapping)
  const keys = authority.legacyKey.map((key, index) => sql`${key} AS ${ident(names[index] ?? '')}`)
  const before = `SELECT DISTINCT ${join(keys).text} FROM changeover_new AS ${authority.alias}`
  return sql`${{ text: before }} LEFT JOIN changeover_old AS before ON ${sameKeySql(authority.table, 'before', authority.alias)}
    WHERE ${all([authority.scope, changed])}`
}

/**
 * Refuses the statement if it has given an old column a value that is not what the mapping makes of the new ones: the sync would
 * write over it in silence. Old and new columns that agree may be written together.
 */
export function guardInPlaceSql({ migration, proxySchema = '' }: DualWrite, table: CapturedTable): Sql {
  const mappings = table.interests.filter((each) => isOwnInPlace(each) && each.direction === 'backward')
  if (mappings.length === 0) return sql``
  const free = [engineName(migration), writerName(migration, 'backward')].map((name) => literal(name))
  const found = (event: 'INSERT' | 'UPDATE') =>
    join(
      mappings.map(
        ({ mapping }) =>
          sql`changeover_refused := COALESCE(changeover_refused, (${overwrittenSql(mapping, event)}));`,
      ),
      ' ',
    )
  return sql`
  IF changeover_phase IN (${guardedPhases}) AND TG_OP <> 'DELETE' AND COALESCE(pg_catalog.current_setting('changeover.writer', true), '') NOT IN (${join(free)}) THEN
    IF TG_OP = 'INSERT' THEN
      ${found('INSERT')}
    ELSE
      ${found('UPDATE')}
    END IF;
    IF changeover_refused IS NOT NULL THEN
      PERFORM changeover.refuse_legacy_write(${literal(migration)}, changeover_phase, TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, ${literal(proxySchema)}, changeover_refused::jsonb);
    END IF;
  END IF;`
}

/** The key of the first row in which an old column was written and would be written over. */
function overwrittenSql(mapping: Mapping, event: 'INSERT' | 'UPDATE'): Sql {
  const { legacy } = mapping
  const frame = { legacy: 't', target: 't', scope: subqueryScope(mapping) }
  const wrong = compileRules(mapping, 'backward', frame).map(({ writes, differs: overwritten, held }) => {
    const written = any(writes.map(({ slot }) => writtenSql(slot.field, event)))
    return all([written, overwritten, ...(held ? [sql`NOT (${held})`] : [])])
  })
  const before =
    event === 'UPDATE'
      ? sql` LEFT JOIN changeover_old AS before ON ${sameKeySql(legacy, 'before', 't')}`
      : sql``
  const key = join(legacy.key.map((name) => sql`${ident('t', fieldNamed(legacy, name).column)}::text`))
  return sql`SELECT jsonb_build_array(${key})::text FROM changeover_new AS t${before} WHERE ${all([scopeSql(legacy, 't'), any(wrong)])} LIMIT 1`
}

/** A new row's column counts as written where it has not the default of the table, as far as that is known. */
function writtenSql(field: Field, event: 'INSERT' | 'UPDATE'): Sql {
  const now = valueOf(field, 't')
  if (event === 'UPDATE') return differs(valueOf(field, 'before'), now)
  if (field.optional && !field.nullable && field.defaultValue === undefined) return sql`FALSE`
  const { defaultValue = null } = field
  const text =
    typeof defaultValue === 'object' && defaultValue !== null ? JSON.stringify(defaultValue) : defaultValue
  return differs(text === null ? sql`NULL` : sql`${literal(String(text))}`, now)
}

/** A row whose key has changed is compared with none, and counts as changed in all its columns. */
function sameKeySql(table: Table, left: string, right: string): Sql {
  return all(
    table.key.map((name) => {
      const { column } = fieldNamed(table, name)
      return sql`${ident(left, column)} = ${ident(right, column)}`
    }),
  )
}

/** PostgreSQL has no equality for json. */
function valueOf({ column, type }: Field, alias: string): Sql {
  return type.base === 'json' ? sql`${ident(alias, column)}::text` : ident(alias, column)
}
