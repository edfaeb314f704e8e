import { requireLegacy } from '@changeover/migration'
import { type Verdict, type Verification, type Verifier, type VerifyOptions } from '@changeover/verifier'
import { errors } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { type Leading, leadingOf, whileLeading } from '../leading.ts'
import type { Job } from '../perform.ts'
import { tellGithub } from '../render/tell-github.ts'
import { verifyText } from '../render/verify-text.ts'
import { requireWritable, writeJunit } from '../render/write-junit.ts'
import type { Session } from '../session.ts'
import { verifierOf } from '../verifier-of.ts'
import { mend, type Mended } from './mend.ts'

export interface VerifySettings {
  /** Whether to mend; as the environment says unless given. */
  readonly fix?: boolean | undefined
  readonly reportOnly?: boolean | undefined
  readonly verbose?: boolean | undefined
  readonly strict?: boolean | undefined
  readonly junit?: string | undefined
  readonly resume?: string | undefined
  readonly chunkRows?: number
  readonly workers?: number
}

const codes: Readonly<Record<Verdict, ExitCode>> = {
  consistent: exitCodes.fine,
  findings: exitCodes.findings,
  inconclusive: exitCodes.inconclusive,
}

/** Compares both sides, mends what differs where that was asked for, and reports. */
export function verify(settings: VerifySettings): Job {
  return async (session) => {
    const { migration, signal } = session
    await requireLegacy(session.database, migration)
    const leading = await leadingOf(session)
    if (settings.junit !== undefined) await requireWritable(session, settings.junit)
    const verifier = verifierOf({ ...session, database: whileLeading(session.database, leading) })
    const mends = settings.fix ?? leading.autoFix
    const compare = (resume?: string) => compareOnce(session, verifier, settings, leading, resume)
    const found = await compare(settings.resume)
    if (signal.aborted) throw interrupted(migration.name, found)
    const mended: Mended = mends
      ? await mend(session, verifier, found, compare)
      : { verification: found, fixes: [] }
    const { verification, fixes } = mended
    if (settings.junit !== undefined) await writeJunit(session, settings.junit, verification)
    if (session.environment['GITHUB_ACTIONS'] === 'true') await tellGithub(session, verification)
    const data = { ...verification, fixes }
    const text = verifyText({ migration, leading, settings, found, mended })
    return { exitCode: codes[verification.verdict], data, text }
  }
}

/** Findings kept to be mended in one go; what is above is mended in the next. */
const mostFindings = 100_000

function compareOnce(
  { migration, signal, talk }: Session,
  verifier: Verifier,
  settings: VerifySettings,
  leading: Leading,
  resume: string | undefined,
): Promise<Verification> {
  const { chunkRows, workers } = settings
  const options: VerifyOptions = {
    heldValues: leading.heldValues,
    authority: leading.phase.authority,
    strict: settings.strict === true || leading.strictMode,
    signal,
    ...((settings.fix ?? leading.autoFix) ? { maxFindings: mostFindings } : {}),
    ...(resume === undefined ? {} : { resume }),
    ...(chunkRows === undefined ? {} : { chunkRows }),
    ...(workers === undefined ? {} : { workers }),
    onProgress: ({ mapping, chunksDone, chunks, wrong }) =>
      talk.progress(`Verifying ${mapping}: ${chunksDone} of ${chunks} chunks, ${wrong} rows wrong so far`),
  }
  return verifier.verify(migration.mappings, options)
}

function interrupted(name: string, { id, mappings }: Verification) {
  const read = mappings.reduce((sum, { coverage }) => sum + coverage.chunksRead, 0)
  const planned = mappings.reduce((sum, { coverage }) => sum + coverage.chunks, 0)
  return errors.INTERRUPTED({
    command: `verify ${name}${id === null ? '' : ` --resume ${id}`}`,
    done: `${read} of ${planned} chunks were read and are kept`,
  })
}
