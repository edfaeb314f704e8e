import { type MigrationVerification, runVerification } from '@changeover/migration'
import type { Verdict } from '@changeover/verifier'
import type { Output } from '../commands/output-option.ts'
import { errors } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { operating } from '../operating.ts'
import type { Job } from '../perform.ts'
import { tellGithub } from '../render/tell-github.ts'
import { verifyText } from '../render/verify-text.ts'
import { requireWritable, writeOutputs } from '../render/outputs.ts'

export interface VerifySettings {
  /** Whether to mend; as the environment says unless given. */
  readonly fix?: boolean | undefined
  readonly reportOnly?: boolean | undefined
  readonly verbose?: boolean | undefined
  readonly strict?: boolean | undefined
  /** In which formats, and where to. */
  readonly output?: readonly Output[] | undefined
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
export function verify({ output: outputs = [], ...settings }: VerifySettings): Job {
  return async (session) => {
    const { environment, migration, signal, talk } = session
    await requireWritable(session, outputs)
    const verified = await runVerification(operating(session), {
      ...settings,
      signal,
      onProgress: ({ mapping, chunksDone, chunks, wrong }) =>
        talk.progress(`Verifying ${mapping}: ${chunksDone} of ${chunks} chunks, ${wrong} rows wrong so far`),
      onFix: ({ id, changedRows }) =>
        talk.say(`Mended ${changedRows} rows; take it back with: changeover undo ${id}`),
    })
    if (verified.isInterrupted) throw interrupted(verified)
    const { verification, fixes } = verified
    if (environment['GITHUB_ACTIONS'] === 'true') await tellGithub(session, verification)
    const data = { ...verification, fixes }
    const table = verifyText(migration, settings, verified)
    const { targetModel } = migration
    const text = await writeOutputs(session, outputs, { verification, targetModel, table })
    return { exitCode: codes[verification.verdict], data, text }
  }
}

function interrupted({ found: { id, mappings, migration } }: MigrationVerification) {
  const read = mappings.reduce((sum, { coverage }) => sum + coverage.chunksRead, 0)
  const planned = mappings.reduce((sum, { coverage }) => sum + coverage.chunks, 0)
  return errors.INTERRUPTED({
    command: `verify ${migration}${id === null ? '' : ` --resume ${id}`}`,
    done: `${read} of ${planned} chunks were read and are kept`,
  })
}
