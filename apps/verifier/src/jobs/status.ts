import { statusOf } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import { operating } from '../operating.ts'
import type { Outcome } from '../outcome.ts'
import { statusText } from '../render/status-text.ts'
import type { Session } from '../session.ts'

/** Reads bookkeeping and catalogs, no rows. */
export async function status(session: Session): Promise<Outcome> {
  const found = await statusOf(operating(session))
  return { exitCode: exitCodes.fine, data: found, text: statusText(session.migration, found) }
}
