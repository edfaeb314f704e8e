import { viewPhase } from '@changeover/migration'
import type { HistoryEntry, StoredPhase } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { Session } from '../session.ts'

const shownEntries = 10

/** The stored phase, who acts by it, and how it came to be. */
export async function phaseShow(session: Session): Promise<Outcome> {
  const view = await viewPhase(session)
  const { stored, instances, openTransition: open, possible, history } = view
  const lines = [
    ...storedLines(stored),
    ...(open === null
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
  return { exitCode: exitCodes.fine, data: view, text: lines.join('\n') }
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
