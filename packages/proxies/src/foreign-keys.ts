import {
  at,
  fieldNamed,
  type Mapping,
  type SqlRow,
  storedSql,
  subqueryScope,
  typeText,
  writeSql,
} from '@changeover/mapping'
import { all, any, ident, join, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { targetSide } from '@changeover/sync'
import type { LegacyForeignKey, LegacyTable } from './legacy-table.ts'
import { keyColumns } from './columns.ts'
import { aliases, type Proxy, type ProxySet, proxyOf } from './proxy.ts'
import { raise, raiseIf } from './raise.ts'
import { touched, type Written } from './refusals.ts'

/** Rows that a written row refers to must be there, as the legacy table's foreign keys say. Locks them FOR KEY SHARE. */
export function refuseDangling(set: ProxySet, table: LegacyTable, written: Written): Sql {
  return join(
    table.foreignKeys.map((key) => {
      const values = key.columns.map((name) => ident(aliases.written, name))
      const present = all(values.map((value) => sql`${value} IS NOT NULL`))
      return sql`
    IF ${all([present, touched(key.columns, written), notItself(key, values)])} THEN
      PERFORM 1 FROM ${referred(set, key, values)} FOR KEY SHARE;${raiseIf(sql`NOT FOUND`, {
        state: '23503',
        message: `insert or update on table "${table.name}" violates foreign key constraint "${key.name}"`,
        table,
        constraint: key.name,
        detail: sql`format('Key is not present: %s.', ${join(values)})`,
      })}
    END IF;`
    }),
    '',
  )
}

/** What the legacy table's foreign keys do with rows that refer to the one that goes. Runs before it is gone. */
export function followDelete(set: ProxySet, proxy: Proxy): Sql {
  return join(
    proxy.table.referredBy.flatMap((key) => {
      const child = proxyOf(set, key.from)
      // A table outside follows its own constraint, and link rows that of the target where it has one.
      return child && !(child.cascades && key.onDelete === 'c') ? [followOne(child, proxy.table, key)] : []
    }),
    '',
  )
}

/** A key may not change under rows that refer to it. */
export function refuseKeyChange(set: ProxySet, proxy: Proxy): Sql {
  const keys = keyColumns(proxy.mapping)
  const checks = proxy.table.referredBy.flatMap((key) => {
    const child = proxyOf(set, key.from)
    return child && !child.links ? [refuseReferred(child, proxy.table, key)] : [] // links follow by themselves
  })
  return checks.length === 0
    ? sql``
    : sql`
    IF ${touched(keys, 'update')} THEN${join(checks, '')}
    END IF;`
}

function followOne(child: Proxy, table: LegacyTable, key: LegacyForeignKey): Sql {
  if (key.onDelete === 'a' || key.onDelete === 'r') return refuseReferred(child, table, key)
  const where = refersToOld(child, key)
  if (key.onDelete === 'c') return ifAny(child, key, sql`DELETE FROM ${child.view} AS c WHERE ${where};`)
  const value = key.onDelete === 'n' ? sql`NULL` : sql`DEFAULT`
  const sets = key.columns.map((name) => sql`${ident(name)} = ${value}`)
  return ifAny(child, key, sql`UPDATE ${child.view} AS c SET ${join(sets)} WHERE ${where};`)
}

/** Most rows are referred to by none: a probe of the target's indexes costs less than to open the view for writing. */
function ifAny(child: Proxy, key: LegacyForeignKey, statement: Sql): Sql {
  const candidates = child.links ? undefined : candidatesOf(child.mapping, key)
  if (!candidates)
    return sql`
    ${statement}`
  return sql`
    IF EXISTS (${candidates}) THEN
      ${statement}
    END IF;`
}

function refuseReferred(child: Proxy, table: LegacyTable, key: LegacyForeignKey): Sql {
  return sql`
    IF EXISTS (SELECT FROM ${child.view} AS c WHERE ${refersToOld(child, key)}) THEN
      ${raise({
        state: '23503',
        message: `update or delete on table "${table.name}" violates foreign key constraint "${key.name}" on table "${child.table.name}"`,
        table: child.table,
        constraint: key.name,
      })}
    END IF;`
}

/** Rows of the child's view that refer to the old row, found through the indexes of what the rule stores. */
function refersToOld(child: Proxy, key: LegacyForeignKey): Sql {
  const exact = key.columns.map(
    (name, index) => sql`${ident('c', name)} = ${ident(aliases.replaced, key.toColumns[index] ?? '')}`,
  )
  const candidates = child.links ? undefined : candidatesOf(child.mapping, key)
  if (!candidates) return all(exact)
  const keys = join(keyColumns(child.mapping).map((name) => ident('c', name)))
  return all([...exact, sql`(${keys}) IN (${candidates})`])
}

/** Keys of rows that could refer to the old row: those that store in one slot of the rule what forward makes of its key. */
function candidatesOf(mapping: Mapping, key: LegacyForeignKey): Sql | undefined {
  const field = Object.values(mapping.legacy.fields).find(({ column }) => column === key.columns[0])
  const rule = field && mapping.rules.find(({ shape }) => shape.restores.includes(field.name))
  if (!field || !rule || key.columns.length !== 1) return undefined
  if (rule.shape.restores.length > 1 && rule.shape.references?.[field.name] === undefined) return undefined
  const row: SqlRow = Object.fromEntries(
    rule.shape.reads.map((name) => [name, alone(mapping, name, field.name, key.toColumns[0] ?? '')]),
  )
  const {
    rule: { params },
    kind,
    shape,
    slots,
  } = rule
  const made = kind.forwardSql(params, row, subqueryScope(mapping), shape)
  const side = targetSide(mapping)
  const stored = slots.map(
    ({ slot, type }) => sql`${storedSql(slot, side.alias)} = ${writeSql(slot, type, at(made, slot.ref))}`,
  )
  return sql`SELECT ${join(side.legacyKey)} FROM ${side.name} AS t WHERE ${all([side.scope, any(stored)])}`
}

function alone(mapping: Mapping, name: string, field: string, to: string): Sql {
  if (name === field) return ident(aliases.replaced, to)
  return sql`NULL::${typeName(typeText(fieldNamed(mapping.legacy, name).type))}`
}

function referred(set: ProxySet, key: LegacyForeignKey, values: readonly Sql[]): Sql {
  const parent = proxyOf(set, key.to)
  if (parent && !parent.links && isKey(parent.mapping, key.toColumns)) {
    const side = targetSide(parent.mapping)
    const given = sql`(SELECT ${join(values.map((value, index) => sql`${value} AS ${ident(`k${index}`)}`))}) AS given`
    return sql`${side.name} AS t CROSS JOIN ${given} WHERE ${all([side.scope, side.matches('given')])}`
  }
  const name = parent ? parent.view : { text: key.toName } // as PostgreSQL printed it
  const match = key.toColumns.map(
    (column, index) => sql`r.${ident(column)} = ${values[index] ?? literal(null)}`,
  )
  return sql`${name} AS r WHERE ${all(match)}`
}

function isKey(mapping: Mapping, columns: readonly string[]): boolean {
  const keys = keyColumns(mapping)
  return keys.length === columns.length && keys.every((name, index) => name === columns[index])
}

/** A row may refer to itself before it is there. */
function notItself(key: LegacyForeignKey, values: readonly Sql[]): Sql {
  if (key.from !== key.to) return sql`TRUE`
  const own = key.toColumns.map(
    (name, index) => sql`${values[index] ?? literal(null)} = ${ident(aliases.written, name)}`,
  )
  return sql`NOT (${all(own)})`
}
