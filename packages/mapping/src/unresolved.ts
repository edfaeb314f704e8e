import { givenSql } from './compile.ts'
import { keyText } from './key-text.ts'
import type { Mapping, ResolvedRule } from './mapping.ts'
import type { Aside, SqlRow } from './rule.ts'
import { scopeSql, subqueryScope, tableSql } from './scope.ts'
import { ident, join, literal, type Sql, sql } from './sql.ts'
import { fieldNamed } from './table.ts'

/**
 * Counts the values of real rows that rules keep aside, by value and context; undefined where no rule keeps any.
 * Shape: rows of `rule`, `field`, `value`, `context` (JSON text), `rows`, `key` (the smallest legacy key) and `suggestion`
 * (text or null), the most frequent first. Cost: one scan of the legacy table for each rule that keeps values aside.
 */
export function unresolvedSql(mapping: Mapping): Sql | undefined {
  const parts = mapping.rules.flatMap((resolved) => {
    const { aside } = resolved.kind
    return aside ? [groupsSql(mapping, resolved, aside)] : []
  })
  return parts.length === 0
    ? undefined
    : sql`SELECT * FROM (${join(parts, ' UNION ALL ')}) AS found ORDER BY rows::bigint DESC, field COLLATE "C", value COLLATE "C", context COLLATE "C"`
}

function groupsSql(mapping: Mapping, resolved: ResolvedRule, aside: Aside<object>): Sql {
  const { rule, label } = resolved
  const field = aside.field(rule.params)
  const names = [field, ...aside.context(rule.params)]
  const given = givenSql(mapping, resolved, 'forward', {
    legacy: 'l',
    target: 't',
    scope: subqueryScope(mapping),
  })
  const when = aside.sql(rule.params, given, subqueryScope(mapping))
  const column = (alias: string, name: string) => ident(alias, fieldNamed(mapping.legacy, name).column)
  const columns = join(names.map((name) => column('l', name)))
  const grouped: SqlRow = Object.fromEntries(names.map((name) => [name, column('g', name)]))
  const context = join(names.slice(1).flatMap((name) => [literal(name), column('g', name)]))
  const suggestion = aside.suggestion?.(rule.params, grouped) ?? sql`NULL::text`
  return sql`SELECT ${literal(label)} AS rule, ${literal(field)} AS field, ${column('g', field)}::text AS value,
      jsonb_build_object(${context})::text AS context, g.found_rows::text AS rows, g.first_key AS key, (${suggestion})::text AS suggestion
    FROM (SELECT ${columns}, count(*) AS found_rows, min(${keyText(mapping)} COLLATE "C") AS first_key
      FROM ${tableSql(mapping.legacy)} AS l WHERE ${scopeSql(mapping.legacy, 'l')} AND (${when}) GROUP BY ${columns}) AS g`
}
