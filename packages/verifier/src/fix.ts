import { isFailure } from '@changeover/errors'
import { type Database, retrying, type Transaction } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { HeldValues, Key, Sync, SyncResult } from '@changeover/sync'
import { accessOf } from './access.ts'
import type { Finding } from './finding.ts'
import { createFixLedger, type FixLedger } from './fix-ledger.ts'
import { type FixPlan, type FixStep, planFix } from './fix-plan.ts'
import { type FixContext, runStep, type StepResult } from './fix-step.ts'
import { createReader } from './read-chunk.ts'
import { installed } from './records.ts'
import type { Authority, Verification } from './verification.ts'

export interface FixOptions {
  /** The side that is right; that of the verification unless given, or legacy. */
  readonly authority?: Authority
  /** What to do with values that only the target can hold; as the verification had it unless given, or `keep`. */
  readonly heldValues?: HeldValues
}

/** What a fix has done, or would do. */
export interface FixReport {
  /** To undo it; null where nothing was written, and for a preview. */
  readonly id: string | null
  readonly authority: Authority
  readonly written: Omit<SyncResult, 'refused' | 'brought'>
  /** Rows that are not what they were before, links included. */
  readonly changedRows: number
  /** Findings that were not fixed, each with the reason. */
  readonly left: readonly { readonly finding: Finding; readonly why: string }[]
  /** What a look at the same keys afterwards still finds. */
  readonly remaining: readonly Finding[]
}

/** Where and for what a fix works. */
export interface FixSetting {
  readonly database: Database
  readonly sync: Sync
  readonly migration: string
  readonly mappings: readonly Mapping[]
}

/** Mends findings, each batch of keys in one transaction, and keeps what was there before. Errors: VERIFIER.NOT_INSTALLED. */
export function fix(
  setting: FixSetting,
  found: Verification | readonly Finding[],
  options: FixOptions = {},
): Promise<FixReport> {
  const context = contextOf(setting, found, options)
  const ledger = createFixLedger(setting.migration, context.authority)
  const run: RunStep = async (step) => {
    // Every statement must see what was committed while it waited for a lock.
    const result = await retrying(
      setting.database,
      async (tx) => ledger.keep(tx, await runStep(tx, context, step)),
      { isolation: 'read committed' },
    )
    ledger.settle()
    return result
  }
  return installed(() => carryOut(setting.database, context, findingsOf(found), run, ledger))
}

/** What {@link fix} would do: it is done, and rolled back. Holds its locks until then. */
export async function previewFix(
  setting: FixSetting,
  found: Verification | readonly Finding[],
  options: FixOptions = {},
): Promise<FixReport> {
  const context = contextOf(setting, found, options)
  const previews: FixReport[] = []
  const over = Symbol('the preview is over')
  try {
    await setting.database.transaction(async (tx) => {
      const run: RunStep = (step) => savepoint(tx, () => runStep(tx, context, step))
      previews.push(await carryOut(within(tx), context, findingsOf(found), run))
      throw over
    })
  } catch (error) {
    if (error !== over) throw error
  }
  return previews[0] as FixReport // pushed before the transaction was left
}

type RunStep = (step: FixStep) => Promise<StepResult>

/** Steps that were done, and rows that the database refused, by step and key. */
interface Outcome {
  readonly results: StepResult[]
  readonly failed: Map<string, string>
}

async function carryOut(
  database: Database,
  context: FixContext,
  findings: readonly Finding[],
  run: RunStep,
  ledger?: FixLedger,
): Promise<FixReport> {
  const plan = planFix(context.mappings, findings, context)
  const outcome: Outcome = { results: [], failed: new Map() }
  for (const step of plan.steps) await attempt(step, run, outcome)
  // What other rows depended on may be free now that those rows have been mended.
  const again = outcome.results.flatMap(({ step, dependedOn }) =>
    dependedOn.length > 0 ? [{ ...step, keys: dependedOn }] : [],
  )
  const first = outcome.results.length
  for (const step of again) await attempt(step, run, outcome)
  const needed = outcome.results.slice(first)
  return {
    id: ledger?.id() ?? null,
    authority: context.authority,
    written: summed(outcome.results),
    changedRows: outcome.results.reduce((all, { changes }) => all + changes.length, 0),
    left: [...plan.left, ...unfixed(findings, needed, outcome.failed)],
    remaining: await remaining(database, plan),
  }
}

/** Halves a batch that the database refuses until the row that it refuses is alone. */
async function attempt(step: FixStep, run: RunStep, outcome: Outcome): Promise<void> {
  try {
    outcome.results.push(await run(step))
  } catch (error) {
    if (!isRowFailure(error)) throw error
    const [key] = step.keys
    if (step.keys.length === 1 && key) outcome.failed.set(nameOf(step.mapping.name, key), error.message)
    else for (const keys of halves(step.keys)) await attempt({ ...step, keys }, run, outcome)
  }
}

function isRowFailure(error: unknown): error is Error {
  return isFailure(error, 'DATABASE.CONSTRAINT_VIOLATED') || isFailure(error, 'DATABASE.VALUE_INVALID')
}

function unfixed(
  findings: readonly Finding[],
  results: readonly StepResult[],
  failed: ReadonlyMap<string, string>,
): FixReport['left'] {
  const needed = new Set(
    results.flatMap(({ step, dependedOn }) => dependedOn.map((key) => nameOf(step.mapping.name, key))),
  )
  return findings.flatMap((finding) => {
    const names = [finding.key, finding.targetKey].flatMap((key) =>
      key ? [nameOf(finding.mapping, key)] : [],
    )
    const stray = finding.class === 'orphaned' || finding.class === 'duplicate'
    const why = names.map((name) => failed.get(name)).find((each) => each !== undefined)
    if (why !== undefined) return [{ finding, why }]
    return stray && names.some((name) => needed.has(name))
      ? [{ finding, why: 'other rows depend on this one' }]
      : []
  })
}

async function remaining(database: Database, { steps }: FixPlan): Promise<readonly Finding[]> {
  const found: Finding[] = []
  for (const { mapping, part, keys } of steps) {
    const result = await createReader(mapping, await accessOf(database, mapping)).read(
      database,
      part === 'keys' ? 'rows' : 'orphans',
      { by: 'keys', keys },
      keys.length,
    )
    found.push(...result.findings)
  }
  return found
}

function contextOf(
  { migration, sync, mappings }: FixSetting,
  found: Verification | readonly Finding[],
  options: FixOptions,
): FixContext {
  const settings = 'settings' in found ? found.settings : undefined
  return {
    migration,
    sync,
    mappings,
    authority: options.authority ?? settings?.authority ?? 'legacy',
    heldValues: options.heldValues ?? settings?.heldValues ?? 'keep',
  }
}

function findingsOf(found: Verification | readonly Finding[]): readonly Finding[] {
  return 'settings' in found ? found.findings : found
}

function summed(results: readonly StepResult[]): FixReport['written'] {
  const sum = (of: keyof FixReport['written']) => results.reduce((all, { written }) => all + written[of], 0)
  return {
    inserted: sum('inserted'),
    updated: sum('updated'),
    deleted: sum('deleted'),
    linked: sum('linked'),
    unlinked: sum('unlinked'),
  }
}

function nameOf(mapping: string, key: Key): string {
  return JSON.stringify([mapping, ...key])
}

function halves(keys: readonly Key[]): readonly (readonly Key[])[] {
  const middle = Math.ceil(keys.length / 2)
  return [keys.slice(0, middle), keys.slice(middle)]
}

async function savepoint<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await tx.query('SAVEPOINT step')
  try {
    return await work()
  } catch (error) {
    await tx.query('ROLLBACK TO step')
    throw error
  }
}

function within(tx: Transaction): Database {
  return {
    inTransaction: true,
    query: (text, params) => tx.query(text, params),
    transaction: (work) => work(tx),
  }
}
