import { contract, type ContractOptions } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import { operatorName } from '../operator-name.ts'
import type { Job } from '../perform.ts'
import { archivedLines } from '../render/contract-text.ts'
import { changeLines } from '../render/phase-text.ts'

export interface ContractArchiveSettings {
  readonly confirmedName?: string | undefined
  readonly legacyName: NonNullable<ContractOptions['legacyName']>
  readonly unusedSeconds?: number | undefined
  readonly reason: string
}

/** Goes to contracted, through the gates, and archives legacy. */
export function contractArchive(settings: ContractArchiveSettings): Job {
  return async ({ database, migration, environment, talk }) => {
    const { confirmedName, legacyName, unusedSeconds, reason } = settings
    const { change, archived } = await contract(database, migration, {
      by: operatorName(environment),
      reason,
      legacyName,
      ...(confirmedName !== undefined && { confirmedName }),
      ...(unusedSeconds !== undefined && { limits: { disuseSeconds: unusedSeconds } }),
      onStep: (step) => talk.progress(`${migration.name} → contracted: ${step}`),
      onArchive: (step) => talk.progress(`Archiving: ${step}`),
      onBlocked: (blockers) => talk.progress(`Waiting for ${blockers.length} transactions …`),
    })
    return {
      exitCode: exitCodes.fine,
      data: { change: change ?? null, archived },
      text: [...(change ? changeLines(change) : []), ...archivedLines(archived)].join('\n'),
    }
  }
}
