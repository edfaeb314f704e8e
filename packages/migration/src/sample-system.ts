import type { Database, Queryable, Transaction } from '@changeover/database'
import type { Authority } from '@changeover/rollout'
import type { Migration } from './define-migration.ts'

/** An application with sample data and legacy code that writes it: for demonstrations, suites and benchmarks. */
export interface SampleSystem {
  readonly migration: Migration
  /** What becomes what, as one sentence without a full stop. */
  readonly about: string
  /** Brings the tables to their newest version; gives the names of what ran. */
  migrate(url: string): Promise<readonly string[]>
  /** Fills empty legacy tables, the same every time; says whether it did. */
  seed(database: Database): Promise<boolean>
  /** Adds so many rows of its largest legacy table, and what they need, beside the seed: for measurements. Cost: a few statements. */
  generate(database: Database, rows: number): Promise<void>
  readonly writer: LegacyWriter
}

/** Names the table that legacy code writes at this moment: the table itself, or its proxy while the target leads. */
export type LegacyPlace = (table: string) => string

/** Legacy code that writes rows of its own, each with a mark in a text that the mapping carries. Written by hand, not from the mapping. */
export interface LegacyWriter {
  /** Gives the key of the new row. */
  insert(tx: Transaction, at: LegacyPlace, mark: string): Promise<string>
  change(tx: Transaction, at: LegacyPlace, key: string, mark: string): Promise<void>
  remove(tx: Transaction, at: LegacyPlace, key: string): Promise<void>
  /** Writes rows that refer to rows of the sample data, and gives their keys by mapping; absent where no row refers to another. */
  insertChildren?(tx: Transaction, at: LegacyPlace): Promise<Readonly<Record<string, string>>>
  /** The marks that begin so, by legacy key, as they stand in the tables of one side. */
  found(database: Queryable, side: Authority, prefix: string): Promise<ReadonlyMap<string, string>>
}
