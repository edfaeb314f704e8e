import { phaseOf } from '@changeover/migration'
import {
  arrowsFrom,
  errors as rolloutErrors,
  type HistoryEntry,
  liveInstances,
  openTransitionOf,
  readHistory,
  type StoredPhase,
} from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { Session } from '../session.ts'

const shownEntries = 10

/** The stored phase, who acts by it, and how it came to be. */
export async function phaseShow({ database, migration }: Session): Promise<Outcome> {
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
  const instances = await liveInstances(database, migration.name)
  const open = await openTransitionOf(database, migration.name)
  const history = await readHistory(database, migration.name)
  const possible = arrowsFrom(stored.phase.name).map(({ to, direction, reason }) => ({
    to,
    direction,
    reason,
  }))
  const lines = [
    ...storedLines(stored),
    ...(open === undefined
      ? []
      : [
          `! A transition ${open.from} → ${open.to} of ${open.by} stands at "${open.step}": run the same command again.`,
        ]),
    `Live instances: ${instances.length === 0 ? 'none has shown itself' : instances.map(({ instance, phase, epoch }) => `${instance} (${phase}, epoch ${epoch})`).join(', ')}`,
    'From here:',
    ...possible.map(({ to, direction, reason }) => `  ${direction === 'back' ? '←' : '→'} ${to}: ${reason}`),
    'History:',
    ...history.slice(-shownEntries).map(historyLine),
  ]
  return {
    exitCode: exitCodes.fine,
    data: { stored, instances, openTransition: open ?? null, possible, history },
    text: lines.join('\n'),
  }
}

function storedLines({
  migration,
  phase,
  epoch,
  since,
  by,
  reason,
  ...rest
}: StoredPhase): readonly string[] {
  return [
    `${migration} is in ${phase.name}, epoch ${epoch}: ${phase.authority} leads, the other side is ${phase.replica}.`,
    `Since ${since}, by ${by}: ${reason}`,
    `Fenced: ${rest.fencedAt ?? 'no'}; both sides written since: ${rest.syncedSince ?? '–'}; reads from the target: ${rest.readPercent} %`,
    ...(rest.legacyStale ? ['! Legacy is stale: the target went on without it.'] : []),
  ]
}

function historyLine({ at, what, from, to, epoch, by, databaseUser, reason }: HistoryEntry): string {
  const change = from === null ? to : `${from} → ${to}`
  return `  ${at} ${what} ${change}, epoch ${epoch}, by ${by} (${databaseUser}): ${reason}`
}
