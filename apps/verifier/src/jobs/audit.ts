import { audit as lookAt, type Audit } from '@changeover/migration'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { auditText } from '../render/audit-text.ts'
import type { Session } from '../session.ts'

const codes: Readonly<Record<Audit['verdict'], ExitCode>> = {
  sound: exitCodes.fine,
  findings: exitCodes.findings,
  inconclusive: exitCodes.inconclusive,
}

/** What the legacy data is like. */
export async function audit({ database, migration, talk }: Session): Promise<Outcome> {
  const found = await lookAt(database, migration, {
    onMapping: (mapping) => talk.progress(`Looking at the rows of ${mapping} …`),
  })
  return { exitCode: codes[found.verdict], data: found, text: auditText(found) }
}
