import fc from 'fast-check'
import { type Database, type Queryable, type Transaction } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { ident, type Sql, sql } from '@changeover/mapping/sql'
import type { Proxy, ProxySet } from '../proxy.ts'
import { rowRefusedState } from '../raise.ts'
import { columnValues } from './column-values.ts'
import { readCases } from './read-cases.ts'
import { type WriteCase, writeCases } from './write-cases.ts'

export interface DifferentialOptions {
  /** Makes the run repeatable: a failure names it. */
  readonly seed: number
  /** Queries tried on each proxy. */
  readonly reads: number
  /** Runs of writes on each proxy, each of up to a dozen statements. */
  readonly writes: number
  /** `first`: ends with the first case that differs, instead of looking for the smallest. */
  readonly report?: 'smallest' | 'first'
}

/** How many statements were tried, and how many writes the table took that the target cannot hold. */
export interface DifferentialReport {
  readonly reads: number
  readonly writes: number
  readonly accepted: number
  readonly refusedByTarget: number
}

/**
 * Runs generated filters, orders, pages and writes on each legacy table and on the view that stands for it, and compares rows,
 * what RETURNING gives, refusals, and afterwards all of the data. Both sides must agree beforehand. Leaves nothing behind.
 *
 * Errors: that of fast-check, with the smallest case that differs and its seed.
 */
export async function differential(
  database: Database,
  set: ProxySet,
  options: DifferentialOptions,
): Promise<DifferentialReport> {
  const count = { reads: 0, writes: 0, accepted: 0, refusedByTarget: 0 }
  for (const proxy of set.proxies) {
    const values = await columnValues(database, proxy)
    const { seed } = options
    const endOnFailure = options.report === 'first'
    await fc.assert(
      fc.asyncProperty(readCases(proxy, values), async (rest) => {
        count.reads += 1
        await compareRead(database, proxy, rest)
      }),
      { seed, numRuns: options.reads, endOnFailure },
    )
    const runs = fc.array(writeCases(proxy, values), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(runs, (cases) =>
        rolledBack(database, (tx) => compareWrites(tx, set, proxy, cases, count)),
      ),
      { seed, numRuns: options.writes, endOnFailure },
    )
  }
  return count
}

const tableOf = ({ table }: Proxy) => ident(table.schema, table.name)

async function compareRead(queryable: Queryable, proxy: Proxy, rest: Sql): Promise<void> {
  const rows = (from: Sql) => sql`(SELECT array_agg(q::text)::text FROM (SELECT * FROM ${from} ${rest}) AS q)`
  const statement = sql`SELECT ${rows(tableOf(proxy))} AS legacy, ${rows(proxy.view)} AS view`
  const { rows: found } = await queryable.query<{ legacy: string | null; view: string | null }>(
    statement.text,
  )
  if (found[0]?.legacy !== found[0]?.view) throw differing(rest.text, found[0]?.legacy, found[0]?.view)
}

type Count = { writes: number; accepted: number; refusedByTarget: number }

async function compareWrites(
  tx: Transaction,
  set: ProxySet,
  proxy: Proxy,
  cases: readonly WriteCase[],
  count: Count,
): Promise<void> {
  for (const write of cases) {
    count.writes += 1
    await tx.query('SAVEPOINT changeover_case')
    const legacy = await attempt(tx, write(tableOf(proxy)))
    const view = await attempt(tx, write(proxy.view))
    if (!legacy.refused && view.refused && isByTarget(view, proxy)) {
      count.refusedByTarget += 1
      await tx.query('ROLLBACK TO SAVEPOINT changeover_case')
      continue
    }
    if (legacy.shown !== view.shown) throw differing(write(sql`…`).text, legacy.shown, view.shown)
    if (legacy.refused) continue
    count.accepted += 1
    await compareData(tx, [proxy], write(tableOf(proxy)).text)
  }
  await compareData(tx, set.proxies, 'all of these writes')
}

interface Outcome {
  readonly refused: boolean
  /** Rows that came back, sorted, or the class of the refusal. */
  readonly shown: string
  readonly table?: string | undefined
  readonly state?: string | undefined
}

async function attempt(tx: Transaction, statement: Sql): Promise<Outcome> {
  await tx.query('SAVEPOINT changeover_try')
  const outcome = await outcomeOf(tx, statement)
  if (outcome.refused) await tx.query('ROLLBACK TO SAVEPOINT changeover_try')
  return outcome
}

async function outcomeOf(tx: Transaction, statement: Sql): Promise<Outcome> {
  try {
    const text = sql`WITH done AS (${statement}) SELECT done::text AS row FROM done ORDER BY 1`.text
    const { rows } = await tx.query<{ row: string }>(text)
    return { refused: false, shown: rows.map(({ row }) => row).join('\n') }
  } catch (error) {
    if (!isFailure(error)) throw error
    const { code, table } = error.cause as { readonly code?: string; readonly table?: string } // the driver's error
    // A duplicate that refers to nothing is refused for either reason.
    const shown = code === '23505' || code === '23503' ? '23505 or 23503' : (code ?? error.message)
    return { refused: true, shown, table, state: code }
  }
}

/** A rule refuses it, or a constraint of the target does: what the table may hold and the target cannot. */
function isByTarget({ state, table }: Outcome, { mapping, links }: Proxy): boolean {
  if (state === rowRefusedState) return true
  return table === mapping.target.name || (links !== undefined && table === links.target.table.name)
}

async function compareData(tx: Transaction, proxies: readonly Proxy[], after: string): Promise<void> {
  const all = (from: Sql) => sql`(SELECT md5(string_agg(q::text, '|' ORDER BY q::text)) FROM ${from} AS q)`
  const each = proxies.map(
    (proxy) => sql`(${all(tableOf(proxy))} IS NOT DISTINCT FROM ${all(proxy.view)})`.text,
  )
  const { rows } = await tx.query<{ same: readonly boolean[] }>(`SELECT ARRAY[${each.join(', ')}] AS same`)
  const index = rows[0]?.same.indexOf(false) ?? -1
  const proxy = proxies[index]
  if (!proxy) return
  const only = (left: Sql, right: Sql) =>
    sql`(SELECT min(d::text) FROM (TABLE ${left} EXCEPT ALL TABLE ${right}) AS d)`
  const [legacy, view] = [tableOf(proxy), proxy.view]
  const shown = await tx.query<{ legacy: string | null; view: string | null }>(
    sql`SELECT ${only(legacy, view)} AS legacy, ${only(view, legacy)} AS view`.text,
  )
  throw differing(after, shown.rows[0]?.legacy, shown.rows[0]?.view)
}

function differing(
  statement: string,
  legacy: string | null | undefined,
  view: string | null | undefined,
): Error {
  return new Error(`${statement}\n  on the table: ${legacy}\n  on the view:  ${view}`)
}

const done = Symbol('rolled back')

async function rolledBack(database: Database, work: (tx: Transaction) => Promise<void>): Promise<void> {
  await database
    .transaction(async (tx) => {
      await work(tx)
      throw done
    })
    .catch((error: unknown) => {
      if (error !== done) throw error
    })
}
