import { fieldNamed, keyPairs, type Links, type LinkSide, tableSql } from '@changeover/mapping'
import { all, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { targetSide } from '@changeover/sync'
import { aliases, type Proxy, type ProxySet } from './proxy.ts'
import { keyReading } from './read-functions.ts'
import { raise } from './raise.ts'
import { refuseNulls } from './refusals.ts'
import { insteadOf } from './trigger.ts'

interface LinkProxy extends Proxy {
  readonly links: Links
}

/** A link table as a view: the legacy key of the owner beside the values, in the order of the legacy table's columns. */
export function linkViewSql(set: ProxySet, { mapping, links, table }: LinkProxy): Sql {
  const [pair] = keyPairs(mapping)
  const owner = columnOf(links.legacy, links.legacy.owner)
  const values = valueColumns(links)
  const columns = table.columns.map(({ name }) => {
    if (name === owner) return sql`${pair ? keyReading(set, pair) : sql`NULL`} AS ${ident(name)}`
    return sql`${ident('x', values.get(name) ?? name)} AS ${ident(name)}`
  })
  const side = targetSide(mapping)
  const on = sql`${ident('t', keyColumn(mapping.target))} = ${ident('x', columnOf(links.target, links.target.owner))}`
  return sql`SELECT ${join(columns)} FROM ${tableSql(links.target.table)} AS x JOIN ${side.name} AS t ON ${all([on, side.scope])}`
}

/** Link rows written through the view go to the target's link table, whose own constraints refuse what the legacy one would. */
export function linkTriggers(set: ProxySet, proxy: LinkProxy): readonly string[] {
  const { links, table } = proxy
  const target = tableSql(links.target.table)
  const nulls = (written: 'insert' | 'update') => refuseNulls(table, written)
  const insert = sql`${nulls('insert')}
    INSERT INTO ${target} (${join(targetColumns(links))}) ${newRow(proxy)};${orDangling(proxy)}
    RETURN new;`
  const update = sql`${nulls('update')}
    UPDATE ${target} AS x SET (${join(targetColumns(links))}) = (${newRow(proxy)}) WHERE ${oldRow(proxy)};
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN new;`
  const remove = sql`
    DELETE FROM ${target} AS x WHERE ${oldRow(proxy)};
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN old;`
  return [
    ...insteadOf(set, proxy, 'insert', sql``, insert),
    ...insteadOf(set, proxy, 'update', sql``, update),
    ...insteadOf(set, proxy, 'delete', sql``, remove),
  ]
}

function newRow(proxy: LinkProxy): Sql {
  const { links, mapping } = proxy
  const values = links.legacy.values.map((name) => ident(aliases.written, columnOf(links.legacy, name)))
  return sql`SELECT ${join([ident('t', keyColumn(mapping.target)), ...values])} FROM ${ownerOf(proxy, aliases.written)}`
}

function oldRow(proxy: LinkProxy): Sql {
  const { links, mapping } = proxy
  const values = links.legacy.values.map((name, index) => {
    const column = ident('x', columnOf(links.target, links.target.values[index] ?? ''))
    return sql`${column} = ${ident(aliases.replaced, columnOf(links.legacy, name))}`
  })
  const owner = sql`(SELECT ${ident('t', keyColumn(mapping.target))} FROM ${ownerOf(proxy, aliases.replaced)})`
  return all([sql`${ident('x', columnOf(links.target, links.target.owner))} = ${owner}`, ...values])
}

/** The target's row of the owner, found by the index of the identity. */
function ownerOf({ mapping, links }: LinkProxy, row: string): Sql {
  const side = targetSide(mapping)
  const key = sql`(SELECT ${ident(row, columnOf(links.legacy, links.legacy.owner))} AS k0) AS changeover_key`
  return sql`${side.name} AS t CROSS JOIN ${key} WHERE ${all([side.scope, side.matches('changeover_key')])}`
}

function orDangling({ table, links }: LinkProxy): Sql {
  const owner = columnOf(links.legacy, links.legacy.owner)
  const constraint =
    table.foreignKeys.find(({ columns }) => columns.includes(owner))?.name ?? `${table.name}_${owner}`
  return sql`
    IF NOT FOUND THEN
      ${raise({
        state: '23503',
        message: `insert or update on table "${table.name}" violates foreign key constraint "${constraint}"`,
        table,
        constraint,
      })}
    END IF;`
}

function targetColumns({ target }: Links): readonly Sql[] {
  return [target.owner, ...target.values].map((name) => ident(columnOf(target, name)))
}

/** Legacy value columns, with the target's column of each. */
function valueColumns({ legacy, target }: Links): ReadonlyMap<string, string> {
  return new Map(
    legacy.values.map((name, index) => [
      columnOf(legacy, name),
      columnOf(target, target.values[index] ?? ''),
    ]),
  )
}

function columnOf(side: LinkSide, name: string): string {
  return fieldNamed(side.table, name).column
}

function keyColumn(target: Proxy['mapping']['target']): string {
  return fieldNamed(target, target.key[0] ?? '').column
}
