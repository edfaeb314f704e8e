import type { Database, Transaction } from '@changeover/database'

/** The database as it would be if the engine had written other statements: a prevention switched off. */
export function mutant(database: Database, rewrite: (text: string) => string): Database {
  const change = (tx: Transaction): Transaction => ({
    inTransaction: true,
    query: (text, params) => tx.query(rewrite(text), params),
  })
  return {
    inTransaction: false,
    query: (text, params) => database.query(rewrite(text), params),
    transaction: (work, options) => database.transaction((tx) => work(change(tx)), options),
  }
}

/** A mutant without the locks on the rows of either side. */
export const withoutLocks = (database: Database) =>
  mutant(database, (text) => text.replace(/ FOR NO KEY UPDATE OF "[lt]"/g, ''))

/** A mutant whose inserts give way to whatever is in their way. */
export const withoutConflicts = (database: Database) =>
  mutant(database, (text) =>
    text.includes('INSERT INTO "card"')
      ? text.replace(/(batch\.fresh AND batch\.refused IS NULL)( RETURNING 1)/, '$1 ON CONFLICT DO NOTHING$2')
      : text,
  )
