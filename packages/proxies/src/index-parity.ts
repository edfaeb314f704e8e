import type { Database, Transaction } from '@changeover/database'
import { fieldNamed, type Mapping, storedSql, type Table, tableSql } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { isFailure } from '@changeover/errors'
import { proxyColumns } from './columns.ts'
import type { Proxy, ProxySet } from './proxy.ts'
import { readIndexes, type TableIndex } from './table-indexes.ts'

/**
 * What becomes of an index of the legacy table. covered: the target has an equal one, `by` that name. missing: `create` makes it, `comment` marks it as ours.
 * impossible: there can be none, `why` says it; queries that need it read all rows of the view.
 */
export type IndexParity = {
  readonly table: string
  readonly index: string
  readonly columns: readonly string[]
} & (
  | { readonly state: 'covered'; readonly by: string }
  | { readonly state: 'missing'; readonly create: string; readonly comment: string }
  | { readonly state: 'impossible'; readonly why: string }
)

/** The comment of an index that was made for a view. */
export const parityMark = 'made by changeover for a proxy'

/** An index that would serve the view as the legacy one serves the table. */
interface Candidate {
  readonly table: string
  readonly index: string
  readonly columns: readonly string[]
  readonly target: Table
  readonly isUnique: boolean
  readonly keys: readonly { readonly value: Sql; readonly options: string }[]
}

/**
 * Compares the indexes of the legacy tables with those of the target, by the expressions of the views. Changes nothing: candidates
 * are tried on an empty temporary table.
 *
 * Cost: one transaction with some statements for each index.
 */
export async function indexParity(database: Database, set: ProxySet): Promise<readonly IndexParity[]> {
  return database.transaction(async (tx) => {
    const found: IndexParity[] = []
    for (const proxy of set.proxies) {
      for (const index of await readIndexes(tx, regclassOf(proxy))) {
        const candidate = candidateOf(set, proxy, index)
        found.push(
          typeof candidate === 'string' ? impossible(proxy, index, candidate) : await tryOut(tx, candidate),
        )
      }
      for (const candidate of referenceCandidates(proxy)) found.push(await tryOut(tx, candidate))
    }
    return found
  })
}

/** The expression of each key over the target's row, or why there is none. */
function candidateOf(
  set: ProxySet,
  proxy: Proxy,
  { name, method, isUnique, keys, predicate }: TableIndex,
): Candidate | string {
  if (method !== 'btree') return `it is a ${method} index, whose operators are not known here`
  if (predicate !== null) return `it is partial (${predicate}), which is not translated`
  const values = viewValues(set, proxy)
  const columns = keys.map(({ column, printed }) => column ?? printed)
  const unknown = columns.find((column) => !values.has(column))
  if (unknown !== undefined) return `${unknown} is an expression, which is not translated`
  return {
    table: proxy.table.name,
    index: name,
    columns,
    target: proxy.links ? proxy.links.target.table : proxy.mapping.target,
    isUnique,
    keys: keys.map(({ column, options }) => ({ value: values.get(column ?? '') ?? sql`NULL`, options })),
  }
}

/** The columns of the view, over the one table of which an index can be made. */
function viewValues(set: ProxySet, proxy: Proxy): ReadonlyMap<string, Sql> {
  const { links } = proxy
  if (!links) return new Map(proxyColumns(set, proxy, 'in place').map(({ name, value }) => [name, value]))
  const names = [links.legacy.owner, ...links.legacy.values]
  const others = [links.target.owner, ...links.target.values]
  return new Map(
    names.map((name, index) => [
      fieldNamed(links.legacy.table, name).column,
      ident('t', fieldNamed(links.target.table, others[index] ?? '').column),
    ]),
  )
}

/** What a legacy foreign key looks up when a row goes: the keys that references keep in JSON. */
function referenceCandidates({ mapping, links, table }: Proxy): readonly Candidate[] {
  if (links) return []
  return mapping.rules.flatMap(({ shape, slots }) => {
    if (!shape.references) return []
    return slots
      .filter(({ slot }) => slot.jsonKey !== undefined)
      .map(({ slot }) => ({
        table: table.name,
        index: `${table.name}_${slot.jsonKey}_reference`,
        columns: [slot.ref],
        target: mapping.target,
        isUnique: false,
        keys: [{ value: storedSql(slot, 't'), options: '' }],
      }))
  })
}

async function tryOut(tx: Transaction, candidate: Candidate): Promise<IndexParity> {
  const { table, index, columns, target, isUnique } = candidate
  const named = { table, index, columns }
  if (target.madeOf)
    return { ...named, state: 'impossible', why: `${target.name} is a view; index the tables behind it` }
  const trial = await onEmptyCopy(tx, candidate)
  if (typeof trial === 'string') return { ...named, state: 'impossible', why: trial }
  const known = (await readIndexes(tx, tableSql(target).text)).find((each) => serves(each, trial, isUnique))
  if (known) return { ...named, state: 'covered', by: known.name }
  const name = ident(`proxy_${index}`.slice(0, 63))
  const path = target.schema === undefined ? name : sql`${ident(target.schema)}.${name}`
  const comment = sql`COMMENT ON INDEX ${path} IS ${literal(parityMark)}`
  const create = sql`CREATE ${unique(isUnique)} CONCURRENTLY IF NOT EXISTS ${name} ON ${tableSql(target)} ${definition(candidate)}`
  return { ...named, state: 'missing', create: create.text, comment: comment.text }
}

const notImmutable = '42P17'
const asksOthers = 'its value is in other rows of the target, of which no index knows'

/** The index as PostgreSQL prints it, or why it refuses it. */
async function onEmptyCopy(tx: Transaction, candidate: Candidate): Promise<TableIndex | string> {
  const copy = sql`pg_temp.changeover_copy`
  await tx.query('SAVEPOINT changeover_copy')
  try {
    await tx.query(sql`CREATE TEMP TABLE changeover_copy (LIKE ${tableSql(candidate.target)})`.text)
    await tx.query(
      sql`CREATE ${unique(candidate.isUnique)} changeover_trial ON ${copy} ${definition(candidate)}`.text,
    )
    const [made] = await readIndexes(tx, copy.text)
    return made ?? 'PostgreSQL made none'
  } catch (error) {
    if (!isFailure(error)) throw error
    return error.values['sqlState'] === notImmutable ? asksOthers : error.message
  } finally {
    await tx.query('ROLLBACK TO SAVEPOINT changeover_copy')
  }
}

/** Whether an index answers what the wanted one would: its first keys are the same, and it has all rows of the view. */
function serves(index: TableIndex, wanted: TableIndex, isUnique: boolean): boolean {
  if (index.method !== 'btree' || (isUnique && !(index.isUnique && index.keys.length === wanted.keys.length)))
    return false
  const whole = index.predicate === null || index.predicate === wanted.predicate
  return (
    whole &&
    wanted.keys.every(({ printed, options }, place) => {
      const key = index.keys[place]
      return key?.printed === printed && key.options === options
    })
  )
}

function definition({ target, keys }: Candidate): Sql {
  const columns = keys.map(({ value, options }) => sql`(${unqualified(value)}) ${{ text: options }}`)
  const where = Object.entries(target.where).map(([field, values]) => {
    const list = join(values.map((value) => literal(value)))
    return sql`${ident(fieldNamed(target, field).column)} IN (${list})`
  })
  return sql`(${join(columns)})${where.length === 0 ? sql`` : sql` WHERE ${join(where, ' AND ')}`}`
}

function unique(isUnique: boolean): Sql {
  return isUnique ? sql`UNIQUE INDEX` : sql`INDEX`
}

/** Index expressions name columns without an alias. */
function unqualified(expression: Sql): Sql {
  return { text: expression.text.replaceAll('"t".', '') }
}

function impossible({ table }: Proxy, { name, keys }: TableIndex, why: string): IndexParity {
  return {
    table: table.name,
    index: name,
    columns: keys.map(({ printed }) => printed),
    state: 'impossible',
    why,
  }
}

function regclassOf({ table }: Proxy): string {
  return ident(table.schema, table.name).text
}

/** The tables whose indexes serve the views. */
export function indexedTables(set: ProxySet): readonly string[] {
  const tables = set.proxies.map(
    ({ mapping, links }: { mapping: Mapping; links: Proxy['links'] }) =>
      tableSql(links ? links.target.table : mapping.target).text,
  )
  return [...new Set(tables)]
}
