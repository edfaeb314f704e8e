import { type Database, errors as databaseErrors, type Queryable } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import type { Migration } from './define-migration.ts'
import { errors } from './errors.ts'
import { isFilled } from './is-filled.ts'
import { recordedSteps } from './step-ledger.ts'
import { type Step, type StepIndex, stepsOf } from './steps.ts'

/**
 * done: it is there, as the migration wants it · missing: it is not · outdated: it was made from another definition ·
 * broken: an index that a failed build left behind, which guards nothing; a trigger or view that is not as it was made ·
 * later: it is not there and need not be before the backfill is done.
 */
export type StepCondition = 'done' | 'missing' | 'outdated' | 'broken' | 'later'

/** Whether install has something to do for a step in that condition. */
export function isOpen({ condition }: { readonly condition: StepCondition }): boolean {
  return condition !== 'done' && condition !== 'later'
}

export interface StepState {
  readonly id: string
  readonly title: string
  readonly condition: StepCondition
  /** What is wrong with it, where that is known. */
  readonly problems: readonly string[]
}

/**
 * Looks what of a migration is installed. Cost: some ten statements on catalogs.
 *
 * Errors: MIGRATION.STEPS_BUSY (retriable) where somebody holds a lock on what is to be looked at: that is not broken.
 */
export async function stepStates(database: Database, migration: Migration): Promise<readonly StepState[]> {
  return look(database, migration).catch((error: unknown) => {
    if (!isFailure(error, databaseErrors.LOCK_TIMEOUT.code)) throw error
    throw errors.STEPS_BUSY({ migration: migration.name }, { cause: error })
  })
}

async function look(database: Database, migration: Migration): Promise<readonly StepState[]> {
  const recorded = new Map((await recordedSteps(database, migration)).map((each) => [each.step, each.hash]))
  const states: StepState[] = []
  for (const step of stepsOf(migration)) {
    const { id, title } = step
    const found = await conditionOf(database, step, recorded.get(id))
    const isLater = found.condition === 'missing' && (await waits(database, migration, step))
    states.push({ id, title, ...found, ...(isLater && { condition: 'later' as const }) })
  }
  return states
}

/** Whether the time of a step has not come. */
export async function waits(database: Database, migration: Migration, { after }: Step): Promise<boolean> {
  return after === 'backfill' && !(await isFilled(database, migration))
}

type Found = Pick<StepState, 'condition' | 'problems'>

async function conditionOf(database: Database, step: Step, hash: string | undefined): Promise<Found> {
  if (step.index) return { condition: await indexCondition(database, step.index), problems: [] }
  if (!step.engine || hash === undefined) return { condition: recordCondition(step, hash), problems: [] }
  const problems = await step.engine.drift(database)
  if (problems.length > 0) return { condition: 'broken', problems }
  return { condition: (await step.engine.hash(database)) === hash ? 'done' : 'outdated', problems }
}

function recordCondition(step: Step, hash: string | undefined): StepCondition {
  if (hash === undefined) return 'missing'
  return hash === step.hash ? 'done' : 'outdated'
}

async function indexCondition(database: Queryable, index: StepIndex): Promise<StepCondition> {
  const { rows } = await database.query<{ valid: boolean; mark: string | null }>(
    `select i.indisvalid as valid, obj_description(i.indexrelid, 'pg_class') as mark
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
       join pg_namespace n on n.oid = t.relnamespace
      where c.relname = $1 and t.relname = $2
        and case when $3::text is null then pg_table_is_visible(t.oid) else n.nspname = $3 end`,
    [index.name, index.table, index.schema ?? null],
  )
  const [found] = rows
  if (found === undefined) return 'missing'
  if (!found.valid) return 'broken'
  return found.mark === index.mark ? 'done' : 'outdated'
}
