import { captureDrift, phaseOf } from '@changeover/migration'
import { checkFlags, type FlagRow } from '@changeover/rollout'
import { describeFailure } from '@changeover/errors'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { boxTable } from '../render/box-table.ts'
import type { Session } from '../session.ts'

/** The phases with the flags that mean them, whether the environment agrees with the stored one, and whether legacy is guarded where it is read-only. */
export async function flagsCheck({ database, environment, migration }: Session): Promise<Outcome> {
  const stored = await phaseOf(database, migration.name)
  const check = checkFlags(environment, stored, migration.flags)
  // What the flag says must hold for every client of the database, not only for those that read flags.
  const unguarded =
    stored?.phase.flags?.legacyReadOnly === true ? await captureDrift(database, migration) : []
  const problems = [...check.problems, ...unguarded]
  const lines = [
    boxTable(['Phase', 'Flags', 'Leads', 'Other side', ''], check.rows.map(flagCells)),
    ...problems.map((each) => `✗ ${describeFailure(each)}`),
    ...(problems.length === 0 ? [agreement(check.phase?.name ?? '', stored !== undefined)] : []),
  ]
  return {
    exitCode: problems.length === 0 ? exitCodes.fine : exitCodes.findings,
    data: { ...check, problems, stored: stored ?? null },
    text: lines.join('\n'),
  }
}

function agreement(phase: string, isStored: boolean): string {
  return isStored
    ? `✓ The flags and the stored phase agree: ${phase}.`
    : `✓ The flags mean ${phase}; no phase is stored yet.`
}

function flagCells({ phase, flags, authority, replica, isStored, isFlagged }: FlagRow): readonly string[] {
  const notes = [...(isStored ? ['stored'] : []), ...(isFlagged ? ['flags'] : [])]
  return [phase, flags ?? '–', authority, replica, notes.join(', ')]
}
