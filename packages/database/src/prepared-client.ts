import { Client, type ClientConfig } from 'pg'

/** How many statements a connection keeps prepared, each of which costs the server some 10 to 100 KB. */
const mostPrepared = 200
/** Longer ones are rarely asked twice: inserts of many rows, lists of keys. */
const longestText = 8_000

/**
 * A connection of `pg` that prepares what it is asked a second time, so that PostgreSQL parses and plans it no more: for a pool as
 * `new Pool({ Client: PreparedClient })`, for MikroORM as `driverOptions: { Client: PreparedClient }`. A statement through a view
 * costs more to plan than to run, which this saves.
 *
 * It keeps at most 200 statements. Where a table or view has changed under one, that is planned anew; in a transaction, which
 * PostgreSQL has then ended, its statement fails once with 0A000. Behind a pooler in transaction mode it needs one that knows prepared
 * statements (PgBouncer 1.21 or later, `max_prepared_statements` above 0).
 */
export class PreparedClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config)
    const ask = this.query.bind(this) as Ask // pg has a dozen overloads of it
    const prepared = new Prepared()
    const query: Ask = (text, values, ...rest) => {
      // Without parameters it may be several statements at once, which cannot be prepared.
      if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0)
        return ask(text, values, ...rest)
      const name = prepared.nameOf(text)
      if (name === undefined) return ask(text, values, ...rest)
      const canAskAgain = this.getTransactionStatus() === 'I'
      const named = { name, text, values }
      const isRepairable = (error: unknown) => {
        const outdated = isOutdated(error)
        if (outdated) prepared.forget(text)
        return outdated && canAskAgain
      }
      const [callback] = rest
      if (isCallback(callback))
        return ask(named, (error: unknown, result: unknown) =>
          isRepairable(error) ? ask(text, values, callback) : callback(error, result),
        )
      return Promise.resolve(ask(named)).catch((error: unknown) => {
        if (isRepairable(error)) return ask(text, values)
        throw error
      })
    }
    Object.assign(this, { query })
  }
}

type Ask = (query: unknown, ...rest: unknown[]) => unknown
type Callback = (error: unknown, result: unknown) => void

function isCallback(given: unknown): given is Callback {
  return typeof given === 'function'
}

/** The names of the statements of one connection. */
class Prepared {
  readonly #names = new Map<string, string>()
  readonly #seen = new Set<string>()
  #given = 0

  /** Undefined for what is asked the first time, or is not to be kept. */
  nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined || this.#given >= mostPrepared || text.length > longestText) return known
    if (this.#seen.has(text)) {
      this.#seen.delete(text)
      this.#given += 1
      const name = `changeover_${this.#given}`
      this.#names.set(text, name)
      return name
    }
    if (this.#seen.size >= 5 * mostPrepared) this.#seen.clear()
    this.#seen.add(text)
    return undefined
  }

  forget(text: string): void {
    this.#names.delete(text)
  }
}

/** `cached plan must not change result type`: the only case in which PostgreSQL refuses to plan a statement anew by itself. */
function isOutdated(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === '0A000' &&
    'routine' in error &&
    error.routine === 'RevalidateCachedQuery'
  )
}
