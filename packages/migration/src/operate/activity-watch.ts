import {
  type BackfillState,
  createBackfill,
  type Progress,
  progressOf,
  type Sample,
} from '@changeover/backfill'
import type { Database } from '@changeover/database'
import { openTransitionOf, type TransitionRecord } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import type { Migration } from '../define-migration.ts'
import { phaseOf } from '../phase-of.ts'

/** A mapping as its ledger shows it from outside. */
export interface SeenMapping extends Progress {
  readonly mapping: string
  readonly state: BackfillState['state']
  readonly quarantined: number
  /** How long the run has shown nothing; a killed one never shows anything again. */
  readonly silentSeconds: number
  readonly failure: BackfillState['failure']
  /** What slows it down; null at full speed, and where nothing runs. */
  readonly throttle: BackfillState['throttle']
}

/** What goes on in a migration now. */
export interface Activity {
  readonly migration: string
  readonly phase: string | null
  readonly mappings: readonly SeenMapping[]
  readonly transition: TransitionRecord | null
  /** Whether anything is under way: a transition that has not ended, or a run that shows itself. */
  readonly isBusy: boolean
}

/** After this silence a run counts as killed: a batch is shorter. */
const silentSeconds = 60

/**
 * Looks at what other processes do to a migration, again and again: rates and times left are those between the looks.
 *
 * Shape: each call gives one look. Cost: four statements on the ledgers.
 */
export function createActivityWatch(
  database: Database,
  migration: Migration,
  { nowSeconds }: { readonly nowSeconds: () => number },
): () => Promise<Activity> {
  const engine = createBackfill({
    database,
    sync: createSync(migration.mappings),
    migration: migration.name,
  })
  const samples = new Map<string, readonly Sample[]>()
  const seen = (state: BackfillState): SeenMapping => {
    const { mapping, rowsDone, rowsRemaining, quarantined, failure, throttle, secondsSinceProgress } = state
    const sample = { atSeconds: nowSeconds() - secondsSinceProgress, rowsDone, rowsRemaining }
    const kept = withNewer(samples.get(mapping) ?? [], sample)
    samples.set(mapping, kept)
    return {
      ...progressOf(kept),
      mapping,
      state: state.state,
      quarantined,
      failure,
      throttle,
      silentSeconds: secondsSinceProgress,
    }
  }
  return async () => {
    const stored = await phaseOf(database, migration.name)
    if (stored === undefined)
      return { migration: migration.name, phase: null, mappings: [], transition: null, isBusy: false }
    const mappings = (await engine.states()).map(seen)
    const transition = (await openTransitionOf(database, migration.name)) ?? null
    const isRunning = mappings.some((each) => each.state === 'running' && each.silentSeconds < silentSeconds)
    return {
      migration: migration.name,
      phase: stored.phase.name,
      mappings,
      transition,
      isBusy: isRunning || transition !== null,
    }
  }
}

// As many as say something of the last minutes.
const keptSamples = 200

/** A run that began again starts a new series; a look between two batches is no sample. */
function withNewer(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1)
  if (last !== undefined && sample.rowsDone === last.rowsDone) return samples
  if (last !== undefined && sample.rowsDone < last.rowsDone) return [sample]
  return [...samples, sample].slice(-keptSamples)
}
