import { type Database, retrying, type Transaction } from '@changeover/database'

class RolledBack extends Error {}

/** Does work in a transaction that is rolled back, and returns what it found. Conflicts with others are tried again. */
export async function rolledBack<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const found: T[] = []
  try {
    await retrying(database, async (tx) => {
      found.push(await work(tx))
      throw new RolledBack('only a rehearsal')
    })
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error
  }
  return found[0] as T // pushed before the only way to get here
}
