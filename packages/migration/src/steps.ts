import { ledgerDdl as backfillLedger } from '@changeover/backfill'
import type { DdlStatement } from '@changeover/database'
import { ledgerDdl as dualWriteLedger } from '@changeover/dual-write'
import { hashOf, type Mapping } from '@changeover/mapping'
import { ident, literal, sql } from '@changeover/mapping/sql'
import { type FirstPhase, ledgerDdl as phaseLedger } from '@changeover/rollout'
import { identityIndexName, identityIndexSql } from '@changeover/sync'
import { ledgerDdl as verifierLedger } from '@changeover/verifier'
import type { Migration } from './define-migration.ts'
import {
  dualWriteEngine,
  hasProxies,
  phaseEngine,
  proxiesEngine,
  proxyIndexesEngine,
  type StepEngine,
} from './engine-steps.ts'
import { operationLedgerDdl } from './operate/operation-ledger.ts'
import { rehearsalLedgerDdl } from './rehearsal-ledger.ts'
import { stepLedgerDdl } from './step-ledger.ts'

/** An index that a step builds: where it is, and what marks it as built by this very step. */
export interface StepIndex {
  readonly schema: string | undefined
  readonly table: string
  readonly name: string
  /** The comment of the index, which says from which definition it was built. */
  readonly mark: string
}

/** One thing that install does: statements, all of which may run again, or what an engine does. */
export interface Step {
  readonly id: string
  readonly title: string
  readonly statements: readonly DdlStatement[]
  /** Changes whenever the statements do. */
  readonly hash: string
  readonly index?: StepIndex
  /** Present where the statements depend on what the database holds: then `statements` is empty. */
  readonly engine?: StepEngine
  /** Not before this is done; absent: at once. */
  readonly after?: 'backfill'
}

/** The step whose indexes would make each write of the backfill, and of dual write until then, slower. */
export const proxyIndexesStep = 'proxy-indexes'

/** Where a migration begins unless the environment says otherwise. */
export const notBegun: FirstPhase = {
  phase: 'legacy-only',
  by: 'changeover install',
  reason: 'first installation',
}

/** What has to be installed for a migration, in order: each step needs those before it. Pure. */
export function stepsOf(migration: Migration, firstPhase: FirstPhase = notBegun): readonly Step[] {
  const bookkeeping = [
    ...stepLedgerDdl,
    ...phaseLedger,
    ...dualWriteLedger,
    ...backfillLedger,
    ...verifierLedger,
    ...rehearsalLedgerDdl,
    ...operationLedgerDdl,
  ]
  const tables = migration.mappings.map(({ legacy }) => legacy.name).join(', ')
  return [
    {
      id: 'bookkeeping',
      title: 'Bookkeeping tables in the schema changeover',
      statements: bookkeeping,
      hash: hashOf(bookkeeping),
    },
    engineStep('phase', 'The phase', phaseEngine(migration, firstPhase)),
    ...migration.mappings.flatMap((mapping) => identityStep(mapping)),
    engineStep(
      'dual-write',
      `Triggers of dual write on ${tables} and their targets, idle until legacy-leads`,
      dualWriteEngine(migration),
    ),
    ...(hasProxies(migration)
      ? [
          engineStep('proxies', `Proxies: ${tables} as views in changeover_legacy`, proxiesEngine(migration)),
          {
            ...engineStep(
              proxyIndexesStep,
              'Indexes that legacy queries need on the proxies, once the target is filled',
              proxyIndexesEngine(migration),
            ),
            after: 'backfill' as const,
          },
        ]
      : []),
  ]
}

function engineStep(id: string, title: string, engine: StepEngine): Step {
  return { id, title, statements: [], hash: '', engine }
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
