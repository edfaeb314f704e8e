import { errors } from './errors.ts'
import type { GateName } from './gates.ts'
import { type PhaseName, phaseNames } from './phase.ts'

/** One transition that is allowed: from where to where, why one goes there, and what must be true before. */
export interface Arrow {
  readonly from: PhaseName
  readonly to: PhaseName
  readonly direction: 'forward' | 'back'
  /** What it is for, as one sentence. */
  readonly reason: string
  readonly gates: readonly GateName[]
  /** Share of reads from the target right after it, 0..100. */
  readonly readPercent: number
}

/** Every transition that there is. Back is possible from everywhere but `contracted`. */
export const arrows: readonly Arrow[] = Object.freeze([
  arrow('legacy-only', 'legacy-leads', 'forward', 0, {
    reason: 'From now on every legacy write reaches the target too, so that a backfill can complete it.',
    gates: ['capture-installed', 'instances-agree'],
  }),
  arrow('legacy-leads', 'target-leads', 'forward', 100, {
    reason:
      'The target holds everything that legacy holds: it becomes the authority, and legacy its replica.',
    gates: [
      'fenced',
      'instances-agree',
      'backfill-finished',
      'quarantine-empty',
      'proxies-indexed',
      'outbox-empty',
      'certificate-fresh',
      'shadow-agrees',
      'healthy',
      'replicas-fresh',
      'reverse-proven',
      'losses-accepted',
    ],
  }),
  arrow('target-leads', 'target-only', 'forward', 100, {
    reason: 'Nobody needs legacy any more: it is frozen, and writes reach the target alone.',
    gates: ['fenced', 'instances-agree', 'outbox-empty', 'certificate-fresh', 'healthy'],
  }),
  arrow('target-only', 'contracted', 'forward', 100, {
    reason: 'Legacy is archived, and dropped once that is confirmed. There is no way back.',
    gates: ['fenced', 'instances-agree', 'legacy-unused', 'backup-restorable', 'confirmed-by-name'],
  }),
  arrow('legacy-leads', 'legacy-only', 'back', 0, {
    reason: 'Dual write ends: the target goes stale and has to be filled again.',
    gates: ['instances-agree', 'read-from-legacy'],
  }),
  arrow('target-leads', 'legacy-leads', 'back', 0, {
    reason: 'Legacy becomes the authority again, with every write that the target was given meanwhile.',
    gates: ['legacy-caught-up', 'outbox-empty', 'instances-agree', 'losses-accepted'],
  }),
  arrow('target-only', 'target-leads', 'back', 100, {
    reason: 'Legacy is written again, and catches up with what it missed while it was frozen.',
    gates: ['capture-installed', 'instances-agree'],
  }),
])

/**
 * The arrow between two phases.
 *
 * Errors: ROLLOUT.NO_WAY_BACK out of `contracted`, ROLLOUT.NO_SUCH_TRANSITION where there is no arrow.
 */
export function arrowBetween(from: PhaseName, to: PhaseName): Arrow {
  const found = arrows.find((each) => each.from === from && each.to === to)
  if (found) return found
  if (from === 'contracted') throw errors.NO_WAY_BACK({ to })
  throw errors.NO_SUCH_TRANSITION({ from, to, possible: arrowsFrom(from).map((each) => each.to) })
}

/** Every arrow out of a phase. */
export function arrowsFrom(from: PhaseName): readonly Arrow[] {
  return arrows.filter((each) => each.from === from)
}

/** The arrow out of a phase in one direction; there is one at most. */
export function arrowTowards(from: PhaseName, direction: Arrow['direction']): Arrow | undefined {
  return arrows.find((each) => each.from === from && each.direction === direction)
}

/**
 * The arrows that lead from one phase to another, in order; none where they are the same.
 *
 * Errors: ROLLOUT.NO_WAY_BACK.
 *
 * @example
 * pathBetween('legacy-only', 'target-leads').map(({ to }) => to) // => ['legacy-leads', 'target-leads']
 */
export function pathBetween(from: PhaseName, to: PhaseName): readonly Arrow[] {
  if (from === to) return []
  const step = Math.sign(phaseNames.indexOf(to) - phaseNames.indexOf(from))
  const next = phaseNames[phaseNames.indexOf(from) + step]
  return next === undefined ? [] : [arrowBetween(from, next), ...pathBetween(next, to)]
}

function arrow(
  from: PhaseName,
  to: PhaseName,
  direction: Arrow['direction'],
  readPercent: number,
  rest: Pick<Arrow, 'reason' | 'gates'>,
): Arrow {
  return Object.freeze({ from, to, direction, readPercent, ...rest, gates: Object.freeze([...rest.gates]) })
}
