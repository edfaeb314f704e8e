import type { Database } from '@changeover/database'
import { gateLimits, type StoredPhase } from '@changeover/rollout'
import type { Check } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { gateCheck } from './gate-check.ts'

/** Whether the old rows are on the target, and proven to be. */
export function dataChecks(database: Database, migration: Migration): readonly Check[] {
  return [
    gateCheck(database, migration, {
      name: 'legacy-migrated',
      claim: 'all legacy data is migrated: no row remains',
      gate: 'backfill-finished',
      evidence: ({ backfill }) => `backfill ${backfill?.state}, ${backfill?.rowsRemaining} rows remain`,
    }),
    gateCheck(database, migration, {
      name: 'quarantine-empty',
      claim: 'no row was put aside',
      gate: 'quarantine-empty',
      evidence: ({ quarantine }) => `${quarantine?.rows} rows in quarantine`,
    }),
    gateCheck(database, migration, {
      name: 'nothing-owed',
      claim: 'no write is owed to the other side',
      gate: 'outbox-empty',
      evidence: ({ outbox }) => `${outbox?.rows} rows owed`,
    }),
    gateCheck(database, migration, {
      name: 'verified',
      claim: 'a clean verification is recent, of this mapping and schema',
      gate: 'certificate-fresh',
      evidence: ({ certificate }) => `certificate ${Math.round(certificate?.ageSeconds ?? 0)} s old`,
    }),
    gateCheck(database, migration, {
      name: 'backup-restorable',
      claim: 'a backup was taken, and restored elsewhere',
      gate: 'backup-restorable',
      evidence: ({ backup }) => `restored ${backup?.restoredSecondsAgo} s ago`,
    }),
  ]
}

/** Whether whoever takes part does so as is meant. */
export function runningChecks(database: Database, migration: Migration): readonly Check[] {
  return [
    gateCheck(database, migration, {
      name: 'services-restarted',
      claim: 'every process has seen the phase, with one mapping',
      gate: 'instances-agree',
      evidence: ({ instances }) => `${instances.length} processes alive`,
    }),
    gateCheck(database, migration, {
      name: 'healthy',
      claim: 'errors, latency and lag are as they were before',
      gate: 'healthy',
      evidence: ({ health }) => `health ${health?.score} of 100`,
      unless: ({ syncedSince }) =>
        syncedSince === undefined ? 'health is that of writing both sides, which nobody does now' : undefined,
    }),
  ]
}

/** Whether anybody still uses legacy. */
export function disuseCheck(
  database: Database,
  migration: Migration,
  { disuseSeconds = gateLimits.disuseSeconds }: { readonly disuseSeconds?: number | undefined },
): Check {
  return gateCheck(database, migration, {
    name: 'legacy-unused',
    claim: `nobody has used the legacy tables for ${disuseSeconds} s, and nothing depends on them`,
    gate: 'legacy-unused',
    evidence: ({ legacyUse }) => `watched for ${Math.floor(legacyUse?.watchedSeconds ?? 0)} s`,
    limits: { disuseSeconds },
    unless: ledByLegacy,
  })
}

/** Why what concerns the end of legacy does not apply yet. */
function ledByLegacy({ phase }: StoredPhase): string | undefined {
  return phase.authority === 'legacy' ? `legacy leads in ${phase.name}` : undefined
}
