import { compileRules, fieldNamed, isJson, type Mapping, subqueryScope, tableSql } from '@changeover/mapping'
import { all, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { type ColumnValue, columnValues, identityValues, newKey } from '@changeover/sync'
import { keyColumns } from './columns.ts'
import { refuseDangling } from './foreign-keys.ts'
import { givenColumns } from './in-place.ts'
import { aliases, type Proxy, type ProxySet } from './proxy.ts'
import { refuseNulls, refuseUnchecked, refuseUnmapped } from './refusals.ts'
import { insteadOf } from './trigger.ts'

/** A row that is inserted into the view becomes a row of the target, or is refused as the legacy table or a rule would. */
export function insertTrigger(set: ProxySet, proxy: Proxy): readonly string[] {
  const { mapping, table, view } = proxy
  const rules = forwardRules(mapping)
  const columns = [...ownKey(mapping), ...mapped(mapping), ...givenColumns(proxy)]
  const body = sql`${refuseNulls(table, 'insert')}${refuseUnchecked(table, 'insert')}${refuseUnmapped(mapping, table, rules, 'insert')}${refuseDangling(set, table, 'insert')}
    INSERT INTO ${tableSql(mapping.target)} (${join(columns.map(({ column }) => column))}) OVERRIDING SYSTEM VALUE
      VALUES (${join(columns.map(({ value }) => value))});${readAgain(mapping, view)}
    RETURN ${ident(aliases.written)};`
  return insteadOf(set, proxy, 'insert', sql``, body)
}

/** The rules on the way forward, over the row that is written. */
export function forwardRules(mapping: Mapping) {
  const frame = { legacy: aliases.written, target: aliases.target, scope: subqueryScope(mapping) }
  return compileRules(mapping, 'forward', frame)
}

/** What RETURNING shows where something is lost on the way: the row as it reads from now on. Otherwise nothing, since it reads as written. */
export function readAgain(mapping: Mapping, view: Sql): Sql {
  const exact = mapping.rules.every(
    ({ loss, shape }) => loss.forward.holds !== 'part' && !shape.drops?.length,
  )
  if (exact) return sql``
  const same = keyColumns(mapping).map((name) => sql`${ident('v', name)} = ${ident(aliases.written, name)}`)
  return sql`
    SELECT v.* INTO ${ident(aliases.written)} FROM ${view} AS v WHERE ${all(same)};`
}

/** The target's own key, where no identity or rule writes it: a new one. */
function ownKey(mapping: Mapping): readonly ColumnValue[] {
  const written = new Set([
    ...mapping.identity.slots,
    ...mapping.rules.flatMap(({ slots }) => slots.map(({ slot }) => slot.ref)),
  ])
  return mapping.target.key
    .filter((name) => !written.has(name))
    .map((name) => ({
      column: ident(fieldNamed(mapping.target, name).column),
      value: newKey(mapping, mapping.target, name),
    }))
}

function mapped(mapping: Mapping): readonly ColumnValue[] {
  const keys = keyColumns(mapping)
  const values = forwardRules(mapping).flatMap(({ writes }) =>
    writes.map(({ slot, type, bare }) => ({ slot, value: bare, nested: isJson(type) })),
  )
  const identity = identityValues(mapping, (index) => ident(aliases.written, keys[index] ?? ''))
  return columnValues([...identity, ...values], undefined)
}
