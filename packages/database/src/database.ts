/** What a statement gave back. */
export interface QueryResult<Row> {
  /** Empty for a statement that returns none, and for several statements in one text. */
  readonly rows: readonly Row[]
  /** Rows returned or changed. */
  readonly rowCount: number
}

/**
 * Something that answers statements.
 *
 * Values: text, int2, int4, float8, bool and null arrive as string, number, boolean and null through
 * every adapter. Whatever loses something in JavaScript (int8, numeric, date, time, timestamp, json,
 * jsonb) is to be selected `::text`; adapters promise nothing about its bare form. Parameters are
 * strings, numbers, booleans, null, and JavaScript arrays of those with a cast in the SQL
 * (`$1::bigint[]`).
 *
 * Errors: only DATABASE.* failures, whose `cause` is the driver's error.
 */
export interface Queryable {
  /**
   * Runs one statement, with `$1` for the first of its parameters. Without parameters the text may
   * hold several.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
  ): Promise<QueryResult<Row>>
  /** Whether statements are part of an open transaction. */
  readonly inTransaction: boolean
}

/** One open transaction. It ends with the work it was given to and refuses statements afterwards. */
export interface Transaction extends Queryable {
  readonly inTransaction: true
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export interface TransactionOptions {
  /** The server's default unless given. */
  readonly isolation?: Isolation
  readonly readOnly?: boolean
}

/** A database: each statement by itself, or several in one transaction. */
export interface Database extends Queryable {
  /**
   * Runs work in one transaction: committed when it returns, rolled back when it throws.
   *
   * Where a transaction is already open (`inTransaction`), the work joins it, and whoever opened it
   * commits or rolls back; options cannot be met then and are refused.
   *
   * Cost: two round trips (BEGIN, COMMIT), none when joining.
   * Errors: what the work throws, as it is; DATABASE.ABORTED when the work swallowed the failure of
   * a statement; DATABASE.COMMIT_UNKNOWN when the connection broke while committing.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
}
