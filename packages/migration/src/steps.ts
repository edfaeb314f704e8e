import { ledgerDdl as backfillLedger } from '@changeover/backfill'
import type { DdlStatement } from '@changeover/database'
import { hashOf, type Mapping } from '@changeover/mapping'
import { ident, literal, sql } from '@changeover/mapping/sql'
import { ledgerDdl as phaseLedger } from '@changeover/rollout'
import { identityIndexName, identityIndexSql } from '@changeover/sync'
import { ledgerDdl as verifierLedger } from '@changeover/verifier'
import type { Migration } from './define-migration.ts'
import { stepLedgerDdl } from './step-ledger.ts'

/** An index that a step builds: where it is, and what marks it as built by this very step. */
export interface StepIndex {
  readonly schema: string | undefined
  readonly table: string
  readonly name: string
  /** The comment of the index, which says from which definition it was built. */
  readonly mark: string
}

/** One thing that install does: statements, all of which may run again. */
export interface Step {
  readonly id: string
  readonly title: string
  readonly statements: readonly DdlStatement[]
  /** Changes whenever the statements do. */
  readonly hash: string
  readonly index?: StepIndex
}

/** What has to be installed for a migration, in order. Pure. */
export function stepsOf(migration: Migration): readonly Step[] {
  const bookkeeping = [...stepLedgerDdl, ...phaseLedger, ...backfillLedger, ...verifierLedger]
  return [
    {
      id: 'bookkeeping',
      title: 'Bookkeeping tables in the schema changeover',
      statements: bookkeeping,
      hash: hashOf(bookkeeping),
    },
    ...migration.mappings.flatMap((mapping) => identityStep(mapping)),
  ]
}

/** The text of a statement, as the plan shows it. */
export function statementText(statement: DdlStatement): string {
  return typeof statement === 'string' ? statement : statement.text
}

function identityStep(mapping: Mapping): readonly Step[] {
  const create = identityIndexSql(mapping)
  const name = identityIndexName(mapping)
  if (create === undefined || name === undefined) return []
  const { schema, name: table } = mapping.target
  const hash = hashOf(create.text)
  const mark = `changeover ${hash}`
  const path = schema === undefined ? ident(name) : ident(schema, name)
  const comment = sql`COMMENT ON INDEX ${path} IS ${literal(mark)}`.text
  return [
    {
      id: `identity ${mapping.name}`,
      title: `Unique index: one ${table} for each ${mapping.legacy.name}`,
      statements: [{ text: create.text, concurrently: true }, comment],
      hash,
      index: { schema, table, name, mark },
    },
  ]
}
