import { doctor as examine, nodeOffsetMinutes } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { checksText } from '../render/checks-text.ts'
import type { Session } from '../session.ts'

/** Examines the database and what is installed in it. */
export async function doctor({ database, migration }: Session): Promise<Outcome> {
  const checks = await examine(database, migration, {
    time: { now: Date.now, offsetMinutes: nodeOffsetMinutes },
  })
  const isWell = checks.every(({ outcome }) => outcome !== 'fail')
  return {
    exitCode: isWell ? exitCodes.fine : exitCodes.findings,
    data: { migration: migration.name, checks },
    text: checksText(checks),
  }
}
