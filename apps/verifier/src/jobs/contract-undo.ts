import { dropLegacy, restoreLegacy } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import { operatorName } from '../operator-name.ts'
import type { Outcome } from '../outcome.ts'
import type { Job } from '../perform.ts'
import { archivedLines } from '../render/contract-text.ts'
import type { Session } from '../session.ts'

/** Puts the archived tables back. */
export async function contractRestore({ database, migration, environment }: Session): Promise<Outcome> {
  const by = operatorName(environment)
  return outcomeOf(await restoreLegacy(database, migration, { by }))
}

/** Drops them. */
export function contractDrop({ confirmedName }: { readonly confirmedName: string | undefined }): Job {
  return async ({ database, migration, environment }) => {
    const by = operatorName(environment)
    return outcomeOf(await dropLegacy(database, migration, { by, confirmedName }))
  }
}

function outcomeOf(archived: Awaited<ReturnType<typeof restoreLegacy>>): Outcome {
  return { exitCode: exitCodes.fine, data: { archived }, text: archivedLines(archived).join('\n') }
}
