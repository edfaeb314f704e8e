import { archivedTables, phaseOf, planPhase } from '@changeover/migration'
import { errors as rolloutErrors } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'
import { archivedLines } from '../render/contract-text.ts'
import { planLines } from '../render/phase-text.ts'

export interface ContractShowSettings {
  readonly unusedSeconds?: number | undefined
}

/** What keeps legacy from being archived; afterwards, where it is. */
export function contractShow({ unusedSeconds }: ContractShowSettings): Job {
  return async ({ database, migration }) => {
    const stored = await phaseOf(database, migration.name)
    if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
    const archived = await archivedTables(database, migration.name)
    if (stored.phase.name === 'contracted')
      return {
        exitCode: exitCodes.fine,
        data: { stored, archived, plan: null },
        text: [`${migration.name} is contracted since ${stored.since}.`, ...archivedLines(archived)].join(
          '\n',
        ),
      }
    const limits = unusedSeconds === undefined ? {} : { limits: { disuseSeconds: unusedSeconds } }
    // The name is typed when it is done.
    const plan = await planPhase(database, migration, 'contracted', {
      ...limits,
      confirmedName: migration.name,
    })
    const isOpen = plan.closed.length === 0
    return {
      exitCode: isOpen ? exitCodes.fine : exitCodes.declined,
      data: { stored, archived, plan },
      text: [
        ...planLines(plan),
        isOpen
          ? `✓ Nothing is in the way: changeover contract archive ${migration.name} --confirm ${migration.name}`
          : `✗ ${plan.closed.length} gates are closed.`,
      ].join('\n'),
    }
  }
}
