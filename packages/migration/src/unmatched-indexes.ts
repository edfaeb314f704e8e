import type { Database, Transaction } from '@changeover/database'
import { type IndexParity, indexParity, planProxies, proxyDdl } from '@changeover/proxies'
import type { Migration } from './define-migration.ts'
import { hasProxies } from './engine-steps.ts'
import { rolledBack } from './rolled-back.ts'

/** An index of a legacy table for which the proxy has no equivalent: who filters by it there reads all rows. */
export interface UnmatchedIndex {
  readonly table: string
  readonly index: string
  readonly columns: readonly string[]
  readonly why: string
}

/**
 * Finds the indexes of the legacy tables that nothing can stand for once the target leads. `isInstalled`: whether the proxies are there
 * as they should be; otherwise they are made, and rolled back.
 *
 * Cost: some statements for each index. Errors: PROXIES.LEGACY_MISSING, DATABASE.*.
 */
export async function unmatchedIndexes(
  database: Database,
  migration: Migration,
  { isInstalled }: { readonly isInstalled: boolean },
): Promise<readonly UnmatchedIndex[]> {
  if (!hasProxies(migration)) return []
  const { mappings, name } = migration
  const found = await rolledBack(database, async (tx) => {
    const set = await planProxies(tx, { mappings, migration: name })
    await tx.query(`select set_config('lock_timeout', '1s', true)`)
    if (!isInstalled) for (const statement of proxyDdl(set)) await tx.query(statement)
    return indexParity(joined(tx), set)
  })
  return found.flatMap(unmatched)
}

/** Work that wants a transaction becomes part of this one. */
function joined(tx: Transaction): Database {
  return {
    inTransaction: true,
    query: (text, params) => tx.query(text, params),
    transaction: (work) => work(tx),
  }
}

function unmatched(parity: IndexParity): readonly UnmatchedIndex[] {
  if (parity.state !== 'impossible') return []
  const { table, index, columns, why } = parity
  return [{ table, index, columns, why }]
}
