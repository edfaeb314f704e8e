import { createBackfill, type QuarantinedRow } from '@changeover/backfill'
import { leadingOf, requireLegacyLeads, whileLeading } from '@changeover/migration'
import { createSync } from '@changeover/sync'
import { exitCodes } from '../exit-code.ts'
import { operating } from '../operating.ts'
import type { Job } from '../perform.ts'
import { quarantineText } from '../render/quarantine-text.ts'

/** The rows of one mapping that wait in quarantine. */
export interface QuarantineOf {
  readonly mapping: string
  /** The first thousand, in the order of their keys. */
  readonly rows: readonly QuarantinedRow[]
  readonly total: number
  /** What a retry has done; null where none was asked for. */
  readonly retry: { readonly tried: number; readonly recovered: number } | null
}

/** Lists what waits in quarantine, after trying it again where that was asked for. */
export function quarantine({ retry }: { readonly retry: boolean }): Job {
  return async (session) => {
    const { database, migration, signal } = session
    const leading = await leadingOf(operating(session))
    if (retry) requireLegacyLeads(leading, migration, 'retry of the quarantine')
    const engine = createBackfill({
      database: whileLeading(database, leading),
      sync: createSync(migration.mappings),
      migration: migration.name,
    })
    const mappings: QuarantineOf[] = []
    for (const mapping of migration.mappings) {
      const retried = retry
        ? await engine.retryQuarantine(mapping, { heldValues: leading.heldValues, signal })
        : null
      const state = await engine.state(mapping)
      const rows = await engine.quarantine(mapping)
      mappings.push({ mapping: mapping.name, rows, total: state?.quarantined ?? 0, retry: retried })
    }
    const total = mappings.reduce((sum, each) => sum + each.total, 0)
    return {
      exitCode: total === 0 ? exitCodes.fine : exitCodes.findings,
      data: { migration: migration.name, total, mappings },
      text: quarantineText(migration.name, mappings),
    }
  }
}
