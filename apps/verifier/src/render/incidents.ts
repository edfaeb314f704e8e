import type { Status } from '@changeover/migration'
import type { HistoryEntry, TransitionRecord } from '@changeover/rollout'

/** Something that did not go as it should, as the books have it. */
export interface Incident {
  /** ISO 8601, or null for what is so now. */
  readonly at: string | null
  readonly what: string
}

export interface Books {
  readonly status: Status
  readonly history: readonly HistoryEntry[]
  readonly transitions: readonly TransitionRecord[]
}

/** Finds what did not go as it should: gates that were waived, ways back, transitions given up, findings, rows put aside. */
export function incidentsOf({ status, history, transitions }: Books): readonly Incident[] {
  const dated = [
    ...history.flatMap(waivedIn),
    ...transitions.flatMap(({ startedAt, from, to, emergency, outcome, by, reason }) => [
      ...(emergency ? [{ at: startedAt, what: `Emergency ${from} → ${to} by ${by}: ${reason}` }] : []),
      ...(outcome === 'abandoned' ? [{ at: startedAt, what: `Given up: ${from} → ${to} by ${by}` }] : []),
    ]),
    ...status.drift.flatMap(({ id, finishedAt, verdict, wrongRows }) =>
      verdict === 'consistent'
        ? []
        : [{ at: finishedAt, what: `Verification ${id} was ${verdict}: ${wrongRows} rows wrong` }],
    ),
  ]
  return [...dated.toSorted((left, right) => left.at.localeCompare(right.at)), ...asideIn(status)]
}

function waivedIn({
  at,
  from,
  to,
  by,
  reason,
  gates,
}: HistoryEntry): readonly { at: string; what: string }[] {
  const waived = gates.filter(({ state }) => state === 'waived').map(({ gate }) => gate)
  if (waived.length === 0) return []
  return [
    {
      at,
      what: `${from ?? 'nothing'} → ${to} passed ${waived.join(', ')} although closed, by ${by}: ${reason}`,
    },
  ]
}

function asideIn({ state: { mappings } }: Status): readonly Incident[] {
  return mappings.flatMap(({ mapping, backfill }) => [
    ...(backfill !== null && backfill.quarantined > 0
      ? [{ at: null, what: `${mapping}: ${backfill.quarantined} rows are in quarantine` }]
      : []),
    ...(backfill?.failure
      ? [{ at: null, what: `${mapping}: the backfill failed: ${backfill.failure.message}` }]
      : []),
  ])
}
