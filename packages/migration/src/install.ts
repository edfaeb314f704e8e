import { type Database, errors as databaseErrors, runDdl, tryAdvisoryLock } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { ident, sql } from '@changeover/mapping/sql'
import { type FirstPhase, phases, transition } from '@changeover/rollout'
import { requireLegacy } from './contract/require-legacy.ts'
import type { Migration } from './define-migration.ts'
import { errors } from './errors.ts'
import { phaseOf } from './phase-of.ts'
import { recordStep } from './step-ledger.ts'
import { isOpen, type StepCondition, stepStates, waits } from './step-state.ts'
import { notBegun, type Step, stepsOf } from './steps.ts'

/** What install did with a step: `was` is how it found it. */
export interface InstalledStep {
  readonly id: string
  readonly title: string
  readonly was: StepCondition
}

export interface InstallOptions {
  /** Called before each step that is not done. */
  readonly onStep?: (step: Step) => void
  /** The phase that is stored where none is yet; `legacy-only` unless given. */
  readonly firstPhase?: FirstPhase
}

/**
 * Installs what is missing of a migration: bookkeeping, the first phase, the identity indexes (built concurrently), the
 * triggers of dual write, the proxies; once the target is filled, also the indexes of the proxies. What an interrupted install left behind is finished or replaced; a second call
 * changes nothing. A first phase that writes both sides is fenced, since nobody wrote both before.
 *
 * Errors: MIGRATION.INSTALL_RUNNING, IDENTITY_NOT_UNIQUE, CONTRACTED, ROLLOUT.FENCE_BLOCKED, DATABASE.*.
 */
export async function install(
  database: Database,
  migration: Migration,
  { onStep, firstPhase = notBegun }: InstallOptions = {},
): Promise<readonly InstalledStep[]> {
  await requireLegacy(database, migration)
  const installed = await alone(database, migration, () =>
    installSteps(database, migration, stepsOf(migration, firstPhase), onStep),
  )
  await fenceFirst(database, migration)
  return installed
}

async function installSteps(
  database: Database,
  migration: Migration,
  steps: readonly Step[],
  onStep: InstallOptions['onStep'],
): Promise<readonly InstalledStep[]> {
  const conditions = new Map(
    (await stepStates(database, migration)).map(({ id, condition }) => [id, condition]),
  )
  const installed: InstalledStep[] = []
  for (const step of steps) {
    const found = conditions.get(step.id) ?? 'missing'
    const was = found === 'later' && !(await waits(database, migration, step)) ? 'missing' : found
    if (isOpen({ condition: was })) {
      onStep?.(step)
      await applyStep(database, migration, step, was)
    }
    installed.push({ id: step.id, title: step.title, was })
  }
  return installed
}

/** Only the first phase: every other one is fenced by the transition that led to it. */
async function fenceFirst(database: Database, { name }: Migration): Promise<void> {
  const stored = await phaseOf(database, name)
  if (stored?.epoch !== '1' || stored.fencedAt !== undefined) return
  if (phases[stored.phase.name].flags?.dualWrite !== true) return
  await transition(
    database,
    { migration: name, to: stored.phase.name, by: 'changeover install', reason: 'fence of the first phase' },
    { observe: async () => ({}) },
  )
}

/**
 * Keeps a second installer out while work runs. Not by waiting: a waiting statement holds a snapshot, for which a concurrent
 * index build would wait in turn.
 */
export function alone<T>(database: Database, migration: Migration, work: () => Promise<T>): Promise<T> {
  return database.transaction(
    async (tx) => {
      if (!(await tryAdvisoryLock(tx, 'changeover install')))
        throw errors.INSTALL_RUNNING({ migration: migration.name })
      await tx.query('set local idle_in_transaction_session_timeout = 0')
      return work()
    },
    { isolation: 'read committed' },
  )
}

async function applyStep(
  database: Database,
  migration: Migration,
  step: Step,
  was: StepCondition,
): Promise<void> {
  if (step.index && was === 'outdated') await runDdl(database, [dropIndex(step.index)])
  await runDdl(database, step.statements).catch((error: unknown) => {
    const { index } = step
    if (index === undefined || !isFailure(error, databaseErrors.CONSTRAINT_VIOLATED.code)) throw error
    const said = String(error.values['detail'] ?? error.message)
    throw errors.IDENTITY_NOT_UNIQUE(
      { migration: migration.name, table: index.table, said },
      { cause: error },
    )
  })
  await step.engine?.apply(database)
  const hash = (await step.engine?.hash(database)) ?? step.hash
  await recordStep(database, migration, { id: step.id, hash })
}

/** DROP INDEX for the index of a step, without blocking anybody. */
export function dropIndex({ schema, name }: { readonly schema: string | undefined; readonly name: string }) {
  const path = schema === undefined ? ident(name) : ident(schema, name)
  return { text: sql`DROP INDEX CONCURRENTLY IF EXISTS ${path}`.text, concurrently: true }
}
