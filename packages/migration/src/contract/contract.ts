import type { Database } from '@changeover/database'
import { archiving, type ChangePhaseOptions, changePhase, type PhaseChange } from '../change-phase.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { phaseOf } from '../phase-of.ts'
import { archiveLegacy } from './archive-legacy.ts'
import { requireArchivable } from './require-archivable.ts'
import { type ArchivedTable, archivedTables } from './archived-tables.ts'

export interface ContractOptions extends ChangePhaseOptions {
  readonly by: string
  readonly reason: string
  readonly expectedEpoch?: string
}

export interface Contracted {
  /** Absent where the migration was contracted before, and only what was left of it was archived. */
  readonly change?: PhaseChange
  readonly archived: readonly ArchivedTable[]
}

/**
 * Takes a migration from `target-only` to `contracted`, through the gates: then the legacy tables are archived, not dropped; of a
 * table in place, its legacy columns. What a
 * crash has left is finished by the same call, and tables that were restored are archived again.
 *
 * Errors: those of {@link changePhase}, among them ROLLOUT.GATES_CLOSED; MIGRATION.CONTRACT_IN_PLACE, CONTRACT_SHARED, NAME_NOT_TYPED.
 */
export async function contract(
  database: Database,
  migration: Migration,
  options: ContractOptions,
): Promise<Contracted> {
  const { by, reason, expectedEpoch, confirmedName } = options
  if ((await phaseOf(database, migration.name))?.phase.name === 'contracted') {
    if (confirmedName !== migration.name) throw errors.NAME_NOT_TYPED({ migration: migration.name })
    await requireArchivable(database, migration, options.legacyName)
    const request = { to: 'contracted', by, reason } as const
    const change = await changePhase(database, migration, request, options)
    return {
      ...(change.changed && { change }),
      archived: await archiveLegacy(database, migration, archiving(options, by)),
    }
  }
  const change = await changePhase(
    database,
    migration,
    { to: 'contracted', by, reason, ...(expectedEpoch !== undefined && { expectedEpoch }) },
    options,
  )
  return { change, archived: await archivedTables(database, migration.name) }
}
