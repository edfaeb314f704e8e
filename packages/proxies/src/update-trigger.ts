import { type CompiledRule, fieldNamed, isJson, keyPairs, type Mapping, tableSql } from '@changeover/mapping'
import { all, any, differs, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { type ColumnValue, columnValues, identityValues, unlessKept, type Written } from '@changeover/sync'
import { keyColumns, proxyColumns } from './columns.ts'
import { currentRow, own, replacedKey, unchanged, whenNotFound } from './current-row.ts'
import { refuseDangling, refuseKeyChange } from './foreign-keys.ts'
import { forwardRules, readAgain } from './insert-trigger.ts'
import { changedColumns } from './in-place.ts'
import { aliases, type Proxy, type ProxySet } from './proxy.ts'
import { changed, refuseNulls, refuseUnchecked, refuseUnmapped, touched } from './refusals.ts'
import { insteadOf } from './trigger.ts'

/**
 * Writes those rules again whose legacy fields the statement changes; what the others hold stays as it is, so that a target
 * `urgent` which reads as `critical` survives a change of the title.
 */
export function updateTrigger(set: ProxySet, proxy: Proxy): readonly string[] {
  const { mapping, table, view } = proxy
  const rules = forwardRules(mapping)
  const variables = rules.map(
    ({ resolved }, index) => sql`
    ${changed(index)} boolean := ${changes(mapping, resolved.shape.reads)};`,
  )
  const body = sql`${refuseNulls(table, 'update')}${refuseUnchecked(table, 'update')}${refuseUnmapped(mapping, table, rules, 'update')}${refuseDangling(set, table, 'update')}${refuseKeyChange(set, proxy)}
    LOOP
      UPDATE ${tableSql(mapping.target)} AS t SET ${join([...sets(mapping, rules), ...changedColumns(proxy)])}
        FROM ${replacedKey(mapping)} WHERE ${replacedRow(set, proxy)};
      EXIT WHEN FOUND;${whenNotFound(set, mapping, table)}
    END LOOP;${readAgain(mapping, view)}
    RETURN ${ident(aliases.written)};`
  const flag = sql`
    ${own} boolean := FALSE;`
  return insteadOf(set, proxy, 'update', join([flag, ...variables], ''), body)
}

function changes(mapping: Mapping, reads: readonly string[]): Sql {
  return any(
    reads.map((name) => {
      const { column, type } = fieldNamed(mapping.legacy, name)
      const cast = type.base === 'json' ? sql`::text` : sql``
      return differs(
        sql`${ident(aliases.written, column)}${cast}`,
        sql`${ident(aliases.replaced, column)}${cast}`,
      )
    }),
  )
}

/** Each column of the target that a rule writes: computed anew where one of its rules changes, otherwise as it is. */
function sets(mapping: Mapping, rules: readonly CompiledRule[]): readonly Sql[] {
  const slots = rules.flatMap((rule, index) => written(rule, index))
  const identity = identitySlots(mapping)
  const byColumn = Map.groupBy([...identity, ...slots], ({ slot }) => slot.field.column)
  return [...byColumn].map(([column, group]) => {
    const [made] = columnValues(group, aliases.target)
    const when = any([...new Set(group.map((each) => each.when.text))].map((text) => ({ text })))
    return assign(ident(column), made, when)
  })
}

function assign(column: Sql, made: ColumnValue | undefined, when: Sql): Sql {
  const stored = sql`t.${column}`
  return sql`${column} = CASE WHEN ${when} THEN ${made?.value ?? stored} ELSE ${stored} END`
}

interface Conditional extends Written {
  readonly when: Sql
}

function written({ resolved, writes }: CompiledRule, index: number): readonly Conditional[] {
  if (resolved.shape.reads.length === 0) return [] // a constant: nothing that a legacy write could change
  return writes.map(({ slot, type, value, bare }) => {
    const when = changed(index)
    if (slot.jsonKey === undefined) return { slot, value, nested: false, when }
    const made = isJson(type) ? value : sql`to_jsonb(${bare})`
    return { ...unlessKept(sql`NOT ${when}`, slot, made, aliases.target), when }
  })
}

function identitySlots(mapping: Mapping): readonly Conditional[] {
  const keys = keyColumns(mapping)
  const when = touched(keys, 'update')
  const values = identityValues(mapping, (index) => ident(aliases.written, keys[index] ?? ''))
  return values.map((each, index) => {
    const slot = keyPairs(mapping)[index]?.slot ?? each.slot
    return { ...each, slot, nested: slot.jsonKey !== undefined, when }
  })
}

/** TRUE for the row that is replaced, as the statement saw it. Shared with the delete. */
export function replacedRow(set: ProxySet, proxy: Proxy): Sql {
  return all([currentRow(proxy.mapping), any([own, unchanged(proxyColumns(set, proxy, 'in place'))])])
}
