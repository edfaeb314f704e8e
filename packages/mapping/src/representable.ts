import { compileRules, type Frame, valuesSql } from './compile.ts'
import type { Mapping, ResolvedRule } from './mapping.ts'
import { at, type SqlRow, type SqlScope } from './rule.ts'
import { storedSql, writeSql } from './slot.ts'
import { any, differs, ident, type Sql, sql } from './sql.ts'
import { fieldNamed } from './table.ts'

/**
 * TRUE for target rows that the legacy shape can hold exactly: they survive the way back and there again, and nothing
 * refuses them. Never NULL. The row stands under the alias `target`.
 */
export function representableSql(mapping: Mapping, target: string, scope: SqlScope): Sql {
  const frame: Frame = { legacy: 'l', target, scope }
  const broken = compileRules(mapping, 'backward', frame).flatMap(({ resolved, refusals }) => [
    ...refusals.map(({ when }) => when),
    lostSql(mapping, resolved, frame),
  ])
  return sql`NOT (${any(broken)})`
}

/** TRUE where the way back and there again changes what the target holds under this rule. */
export function lostSql(mapping: Mapping, resolved: ResolvedRule, frame: Frame): Sql {
  const { rule, kind, shape, slots } = resolved
  if (shape.restores.length === 0) return sql`FALSE`
  const legacy = { ...others(mapping, resolved, frame), ...valuesSql(mapping, resolved, 'backward', frame) }
  const again = kind.forwardSql(rule.params, legacy, frame.scope, shape)
  return any(
    slots.map(({ slot, type }) =>
      differs(storedSql(slot, frame.target), writeSql(slot, type, at(again, slot.ref))),
    ),
  )
}

/** Legacy fields that the rule reads and others give back, read through those others. */
function others(mapping: Mapping, { shape }: ResolvedRule, frame: Frame): SqlRow {
  const missing = shape.reads.filter((name) => !shape.restores.includes(name))
  return Object.fromEntries(
    missing.map((name) => {
      const giver = mapping.rules.find((each) => each.shape.restores.includes(name))
      const value = giver
        ? at(valuesSql(mapping, giver, 'backward', frame), name)
        : ident(frame.legacy, fieldNamed(mapping.legacy, name).column)
      return [name, value]
    }),
  )
}
