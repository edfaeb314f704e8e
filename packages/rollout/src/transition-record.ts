import type { Queryable } from '@changeover/database'
import type { PhaseName } from './phase.ts'
import type { Verdict } from './judge.ts'
import { errors } from './errors.ts'
import { iso } from './stored-phase.ts'

/** The steps of every transition, in order. Each is recorded when it has been done, and can be done again. */
export const transitionSteps = ['begun', 'judged', 'prepared', 'flipped', 'fenced', 'completed'] as const

export type TransitionStep = (typeof transitionSteps)[number]

/** A transition as it is recorded. */
export interface TransitionRecord {
  readonly id: string
  readonly migration: string
  readonly from: PhaseName
  readonly to: PhaseName
  /** The last step that was done. */
  readonly step: TransitionStep
  readonly epochBefore: string
  readonly epochAfter: string | null
  readonly emergency: boolean
  readonly by: string
  readonly reason: string
  readonly outcome: 'done' | 'abandoned' | null
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  readonly finishedAt: string | null
}

const columns = `id::text as id, migration, from_phase as "from", to_phase as "to", step, epoch_before::text as "epochBefore",
  epoch_after::text as "epochAfter", emergency, by, reason, outcome, ${iso('started_at')} as "startedAt",
  ${iso('finished_at')} as "finishedAt"`

/** The transition of a migration that has begun and not ended, if there is one. */
export async function openTransitionOf(
  database: Queryable,
  migration: string,
): Promise<TransitionRecord | undefined> {
  const { rows } = await database.query<TransitionRecord>(
    `select ${columns} from changeover.transition where migration = $1 and finished_at is null`,
    [migration],
  )
  return rows[0]
}

/** Every transition of a migration, newest first. */
export async function transitionsOf(
  database: Queryable,
  migration: string,
): Promise<readonly TransitionRecord[]> {
  const { rows } = await database.query<TransitionRecord>(
    `select ${columns} from changeover.transition where migration = $1 order by id desc`,
    [migration],
  )
  return rows
}

export type NewTransition = Pick<
  TransitionRecord,
  'migration' | 'from' | 'to' | 'epochBefore' | 'emergency' | 'by' | 'reason'
>

/** Records that a transition begins. Errors: ROLLOUT.TRANSITION_CONFLICT when another one is open. */
export async function recordTransition(database: Queryable, begun: NewTransition): Promise<TransitionRecord> {
  const { rows } = await database.query<TransitionRecord>(
    `insert into changeover.transition (migration, from_phase, to_phase, step, epoch_before, emergency, by, reason)
     values ($1, $2, $3, 'begun', $4::bigint, $5, $6, $7)
     on conflict (migration) where finished_at is null do nothing returning ${columns}`,
    [begun.migration, begun.from, begun.to, begun.epochBefore, begun.emergency, begun.by, begun.reason],
  )
  const [record] = rows
  if (record === undefined) throw await conflict(database, begun.migration)
  return record
}

/** What is recorded together with a step. */
export interface StepDetails {
  readonly gates?: readonly Verdict[]
  readonly epochAfter?: string
}

/**
 * Records that a step was done, if the one before it was the last: so two processes never do the same transition.
 *
 * Errors: ROLLOUT.TRANSITION_CONFLICT.
 */
export async function recordStep(
  database: Queryable,
  record: TransitionRecord,
  step: TransitionStep,
  details: StepDetails = {},
): Promise<TransitionRecord> {
  const isLast = step === 'completed'
  const { rows } = await database.query<TransitionRecord>(
    `update changeover.transition set step = $3, updated_at = clock_timestamp(),
       gates = coalesce($4::jsonb, gates), epoch_after = coalesce($5::bigint, epoch_after),
       finished_at = case when $6 then clock_timestamp() end, outcome = case when $6 then 'done' end
      where id = $1::bigint and step = $2 and finished_at is null returning ${columns}`,
    [
      record.id,
      record.step,
      step,
      details.gates === undefined ? null : JSON.stringify(details.gates),
      details.epochAfter ?? null,
      isLast,
    ],
  )
  const [next] = rows
  if (next === undefined) throw await conflict(database, record.migration)
  return next
}

/** Ends a transition that will not be continued. Its flip, if it came to that, stands. */
export async function abandon(database: Queryable, { id }: TransitionRecord): Promise<void> {
  await database.query(
    `update changeover.transition set finished_at = clock_timestamp(), updated_at = clock_timestamp(), outcome = 'abandoned'
      where id = $1::bigint and finished_at is null`,
    [id],
  )
}

async function conflict(database: Queryable, migration: string) {
  const open = await openTransitionOf(database, migration)
  const owner = open === undefined ? 'somebody else, who has finished' : `${open.by} since ${open.startedAt}`
  return errors.TRANSITION_CONFLICT({ migration, owner })
}
