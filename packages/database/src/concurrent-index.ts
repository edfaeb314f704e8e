import { errors } from './errors.ts'

/** The index that a statement makes, and its table, as the statement writes them. */
export interface ConcurrentIndex {
  readonly name: string
  readonly table: string
}

const identifier = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`
const createIndex = new RegExp(
  String.raw`^\s*create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(?<name>${identifier})` +
    String.raw`\s+on\s+(?:only\s+)?(?<table>${identifier}(?:\s*\.\s*${identifier})?)`,
  'iu',
)

/**
 * Reads which index `CREATE INDEX CONCURRENTLY` makes; nothing for other statements.
 *
 * Errors: DATABASE.INDEX_NAMELESS, since a leftover without a name cannot be found again.
 *
 * @example
 * readConcurrentIndex('create index concurrently "By Day" on app.tasks (day)') // => { name: '"By Day"', table: 'app.tasks' }
 */
export function readConcurrentIndex(statement: string): ConcurrentIndex | undefined {
  if (!/^\s*create\s/i.test(statement)) return undefined
  const { name, table } = createIndex.exec(statement)?.groups ?? {}
  if (name === undefined || table === undefined) throw errors.INDEX_NAMELESS({ statement })
  return { name, table }
}
