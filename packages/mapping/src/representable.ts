import { compared, compileRules, type Frame, valuesSql } from './compile.ts'
import { keyOfIdentity, keyPairs } from './identity.ts'
import type { Mapping, ResolvedRule } from './mapping.ts'
import { at, type SqlRow, type SqlScope } from './rule.ts'
import { storedSql, writeSql } from './slot.ts'
import { any, differs, type Sql, sql } from './sql.ts'

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
  const read = others(mapping, resolved, frame)
  if (!read) return sql`FALSE`
  const legacy = { ...read, ...valuesSql(mapping, resolved, 'backward', frame) }
  const again = kind.forwardSql(rule.params, legacy, frame.scope, shape)
  const refused = kind.accepts
    ? [sql`(${kind.accepts.sql(rule.params, legacy, frame.scope, shape)}) IS NOT TRUE`]
    : []
  const changed = slots.map(({ slot, type }) =>
    compared(differs, slot, storedSql(slot, frame.target), writeSql(slot, type, at(again, slot.ref))),
  )
  return any([...refused, ...changed])
}

/** Legacy fields that the rule reads and does not give back, as the rest of the mapping does; undefined where one is dropped. */
function others(mapping: Mapping, { shape }: ResolvedRule, frame: Frame): SqlRow | undefined {
  const found: Record<string, Sql> = {}
  for (const name of shape.reads.filter((each) => !shape.restores.includes(each))) {
    const giver = mapping.rules.find((each) => each.shape.restores.includes(name))
    const pair = keyPairs(mapping).find(({ field }) => field.name === name)
    if (giver) found[name] = at(valuesSql(mapping, giver, 'backward', frame), name)
    else if (pair) found[name] = keyOfIdentity(pair, frame.target)
    else return undefined
  }
  return found
}
