import type { Database } from '@changeover/database'
import {
  arrowBetween,
  errors as rolloutErrors,
  gatherFacts,
  planTransition,
  transition,
  type JudgeOptions,
  type PhaseName,
  type TransitionOptions,
  type TransitionPlan,
  type TransitionRequest,
  type TransitionResult,
} from '@changeover/rollout'
import { type CatchUpOptions, catchUp, type CaughtUp } from './catch-up.ts'
import { requireLegacy } from './contract/require-legacy.ts'
import { archiveLegacy, type ArchiveOptions } from './contract/archive-legacy.ts'
import { requireArchivable } from './contract/require-archivable.ts'
import type { Migration } from './define-migration.ts'
import { observe, type ObserveOptions } from './observe.ts'
import { phaseOf } from './phase-of.ts'

export interface ChangePhaseOptions
  extends Omit<TransitionOptions, 'observe' | 'actions'>,
    ObserveOptions,
    CatchUpOptions {
  /** What stands at the place of a legacy table once it is archived. */
  readonly legacyName?: ArchiveOptions['legacyName']
  /** Told before each step of the archiving. */
  readonly onArchive?: ArchiveOptions['onStep']
}

export interface PhaseChange extends TransitionResult {
  /** Present where legacy was frozen before. */
  readonly caughtUp?: CaughtUp
}

/**
 * Takes a migration to a neighbouring phase, through the gates, with what the engines do on each arrow: out of `target-only`
 * legacy catches up once capture writes it again; into `contracted` it is archived. An emergency skips the rehearsal, as its gates are waived anyway.
 *
 * Errors: those of `transition` in rollout, ROLLOUT.PHASE_MISSING before the first install, and MIGRATION.CONTRACTED
 * for whoever wants to go back.
 */
export async function changePhase(
  database: Database,
  migration: Migration,
  request: Omit<TransitionRequest, 'migration'>,
  options: ChangePhaseOptions = {},
): Promise<PhaseChange> {
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
  if (request.to !== 'contracted') await requireLegacy(database, migration)
  // It would be found out behind the point of no return.
  else await requireArchivable(database, migration, options.legacyName)
  const rehearsal = request.emergency === true ? 'none' : (options.rehearsal ?? {})
  let caughtUp: CaughtUp | undefined
  const result = await transition(
    database,
    { ...request, migration: migration.name },
    {
      ...options,
      observe: ({ phase: { name } }) =>
        observe(database, migration, arrowBetween(name, request.to), observing(options, rehearsal)),
      actions: {
        async complete({ from, to }) {
          if (from === 'target-only' && to === 'target-leads')
            caughtUp = await catchUp(database, migration, options)
          if (to === 'contracted') await archiveLegacy(database, migration, archiving(options, request.by))
        },
      },
    },
  )
  return { ...result, ...(caughtUp && { caughtUp }) }
}

function observing(
  { limits, confirmedName }: Pick<ChangePhaseOptions, 'limits' | 'confirmedName'>,
  rehearsal: NonNullable<ObserveOptions['rehearsal']>,
): ObserveOptions {
  const seconds = limits?.disuseSeconds
  return {
    rehearsal,
    ...(confirmedName !== undefined && { confirmedName }),
    ...(seconds !== undefined && { disuseSeconds: seconds }),
  }
}

/** What the archiving takes from the options of a change. */
export function archiving({ legacyName, onArchive }: ChangePhaseOptions, by: string): ArchiveOptions {
  return { by, ...(legacyName && { legacyName }), ...(onArchive && { onStep: onArchive }) }
}

/**
 * What {@link changePhase} would do now: verdicts and steps. Changes nothing.
 *
 * Errors: ROLLOUT.PHASE_MISSING, NO_SUCH_TRANSITION, NO_WAY_BACK.
 */
export async function planPhase(
  database: Database,
  migration: Migration,
  to: PhaseName,
  { limits, waive, emergency, ...options }: JudgeOptions & ObserveOptions = {},
): Promise<TransitionPlan> {
  const phase = await phaseOf(database, migration.name)
  if (phase === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
  const arrow = arrowBetween(phase.phase.name, to)
  const observations = await observe(
    database,
    migration,
    arrow,
    observing({ ...options, ...(limits && { limits }) }, options.rehearsal ?? {}),
  )
  const facts = await gatherFacts(database, migration.name, {
    observe: async () => observations,
    gates: arrow.gates,
    ...(limits && { limits }),
  })
  return planTransition(facts, to, {
    ...(limits && { limits }),
    ...(waive && { waive }),
    ...(emergency !== undefined && { emergency }),
  })
}
