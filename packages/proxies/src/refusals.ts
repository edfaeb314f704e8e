import { type CompiledRule, fieldNamed, type Mapping } from '@changeover/mapping'
import { all, any, differs, ident, join, type Sql, sql, typeName } from '@changeover/mapping/sql'
import type { LegacyCheck, LegacyTable } from './legacy-table.ts'
import { aliases } from './proxy.ts'
import { raiseIf, rowRefusedState } from './raise.ts'

/** On an update only what the statement changes is asked again, so that a row which the old shape cannot hold can be written in part. */
export type Written = 'insert' | 'update'

/** TRUE where the statement writes one of these columns anew. */
export function touched(columns: readonly string[], written: Written): Sql {
  if (written === 'insert') return sql`TRUE`
  return any(columns.map((name) => differs(ident(aliases.written, name), ident(aliases.replaced, name))))
}

/** NOT NULL as on the legacy table: same code, same message. */
export function refuseNulls(table: LegacyTable, written: Written): Sql {
  return join(
    table.columns
      .filter(({ notNull }) => notNull)
      .map(({ name }) =>
        raiseIf(all([sql`${ident(aliases.written, name)} IS NULL`, touched([name], written)]), {
          state: '23502',
          message: `null value in column "${name}" of relation "${table.name}" violates not-null constraint`,
          table,
          column: name,
        }),
      ),
    '',
  )
}

/** CHECK constraints of the legacy table. Their columns become variables of a block, under the bare names that the checks use. */
export function refuseUnchecked(table: LegacyTable, written: Written): Sql {
  if (table.checks.length === 0) return sql``
  const used = new Set(table.checks.flatMap(({ columns }) => columns))
  const variables = table.columns
    .filter(({ name }) => used.has(name))
    .map(
      ({ name, type }) => sql`
      ${ident(name)} ${typeName(type)} := ${ident(aliases.written, name)};`,
    )
  return sql`
    DECLARE${join(variables, '')}
    BEGIN${join(
      table.checks.map((check) => refuseUnless(check, table, written)),
      '',
    )}
    END;`
}

function refuseUnless(check: LegacyCheck, table: LegacyTable, written: Written): Sql {
  const fails = sql`NOT (${{ text: check.expression }})` // as PostgreSQL printed it
  return raiseIf(all([touched(check.columns, written), fails]), {
    state: '23514',
    message: `new row for relation "${table.name}" violates check constraint "${check.name}"`,
    table,
    constraint: check.name,
  })
}

/** What a rule cannot map, or the target cannot take, naming the rule and the column. */
export function refuseUnmapped(
  mapping: Mapping,
  table: LegacyTable,
  rules: readonly CompiledRule[],
  written: Written,
): Sql {
  return join(
    rules.flatMap(({ resolved, refusals }, index) => {
      const column = resolved.shape.reads.map((name) => fieldNamed(mapping.legacy, name).column).join(', ')
      return refusals.map(({ when, why }) =>
        raiseIf(written === 'insert' ? when : all([changed(index), when]), {
          state: rowRefusedState,
          message: `the rule ${resolved.label} of ${mapping.name} refuses ${table.name}.${column}: ${why}`,
          table,
          column,
          constraint: resolved.label,
          hint: 'Write a value that the mapping knows, or widen the rule.',
        }),
      )
    }),
    '',
  )
}

/** The variable that says whether the statement changes what the rule at that place reads. */
export function changed(index: number): Sql {
  return ident(`changeover_changed_${index}`)
}
