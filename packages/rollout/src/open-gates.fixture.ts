import { type Facts, gateLimits, type Observations } from './observations.ts'
import { phases } from './phase.ts'
import type { StoredPhase } from './stored-phase.ts'

/** Observations that open every gate. */
export const everythingFine: Observations = {
  capture: { problems: [] },
  backfill: { state: 'done', startedAt: '9999-01-01T00:00:00.000000Z', rowsRemaining: 0 },
  proxyIndexes: { problems: [] },
  quarantine: { rows: 0 },
  outbox: { rows: 0 },
  certificate: { ageSeconds: 1, invalid: [] },
  shadow: { reads: gateLimits.shadowMinReads, mismatches: 0 },
  health: { score: 100, reasons: [] },
  replicas: [{ name: 'near', lagSeconds: 0 }],
  reverse: { rows: 10, failures: 0 },
  losses: { rows: 0, fields: [] },
  legacyUse: { watchedSeconds: gateLimits.disuseSeconds, users: [], dependents: [] },
  backup: { restoredSecondsAgo: 1 },
}

/** Facts that open every gate of the migration `crm`. */
export function factsOf(phase: Partial<StoredPhase> = {}, observations: Partial<Observations> = {}): Facts {
  return {
    ...everythingFine,
    confirmedName: 'crm',
    ...observations,
    phase: {
      migration: 'crm',
      phase: phases['legacy-leads'],
      epoch: '2',
      version: '2',
      targetHasLed: false,
      legacyStale: false,
      readPercent: 0,
      readTenants: [],
      fencedAt: '2026-01-01T00:00:00.000000Z',
      syncedSince: '2026-01-01T00:00:00.000000Z',
      targetFedSince: '2026-01-01T00:00:00.000000Z',
      since: '2026-01-01T00:00:00.000000Z',
      by: 'test',
      reason: 'test',
      ...phase,
    },
    instances: [],
  }
}
