import { createSync } from '@changeover/sync'
import {
  createVerifier,
  renderTable,
  renderVerbose,
  type Verdict,
  type Verification,
} from '@changeover/verifier'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { type Leading, leadingOf } from '../leading.ts'
import type { Job } from '../perform.ts'
import type { Session } from '../session.ts'

export interface VerifySettings {
  readonly reportOnly?: boolean | undefined
  readonly verbose?: boolean | undefined
  readonly strict?: boolean | undefined
  readonly resume?: string | undefined
  readonly chunkRows?: number
  readonly workers?: number
}

const codes: Readonly<Record<Verdict, ExitCode>> = {
  consistent: exitCodes.fine,
  findings: exitCodes.findings,
  inconclusive: exitCodes.inconclusive,
}

/** Compares both sides and reports. */
export function verify(settings: VerifySettings): Job {
  return async (session) => {
    const leading = leadingOf(session)
    const verification = await compare(session, settings, leading)
    return {
      exitCode: codes[verification.verdict],
      data: verification,
      text: reportText(session, settings, leading, verification),
    }
  }
}

function compare(session: Session, settings: VerifySettings, leading: Leading): Promise<Verification> {
  const { database, migration, signal, talk } = session
  const { resume, chunkRows, workers } = settings
  const verifier = createVerifier({
    database,
    sync: createSync(migration.mappings),
    migration: migration.name,
  })
  return verifier.verify(migration.mappings, {
    heldValues: leading.heldValues,
    authority: leading.phase.authority,
    strict: settings.strict === true || leading.strictMode,
    signal,
    ...(resume === undefined ? {} : { resume }),
    ...(chunkRows === undefined ? {} : { chunkRows }),
    ...(workers === undefined ? {} : { workers }),
    onProgress: ({ mapping, chunksDone, chunks, wrong }) =>
      talk.progress(`Verifying ${mapping}: ${chunksDone} of ${chunks} chunks, ${wrong} rows wrong so far`),
  })
}

function reportText(
  { migration }: Session,
  { reportOnly, verbose }: VerifySettings,
  leading: Leading,
  verification: Verification,
): string {
  const flags = (['useTarget', 'dualWrite', 'legacyReadOnly'] as const).map((flag) => ({
    name: migration.flags[flag],
    value: leading[flag],
  }))
  const table = renderTable(verification, {
    targetModel: migration.targetModel,
    flags,
    summaryOnly: reportOnly === true,
  })
  const lines = verbose === true ? renderVerbose(verification) : ''
  return lines === '' ? table : `${lines}\n\n${table}`
}
