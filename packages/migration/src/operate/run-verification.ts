import type { FixReport, Progress, Verification, VerifyOptions } from '@changeover/verifier'
import { requireLegacy } from '../contract/require-legacy.ts'
import { verifierOf } from '../verifier-of.ts'
import { type Leading, leadingOf, whileLeading } from './leading.ts'
import { mend, type Mended } from './mend.ts'
import type { Operating } from './operating.ts'

export interface VerificationSettings {
  /** Whether to mend what is found; as the environment says unless given. */
  readonly fix?: boolean | undefined
  /** Whether values that one side holds are findings; as the environment says unless given. */
  readonly strict?: boolean | undefined
  /** The number of an interrupted verification to go on with. */
  readonly resume?: string | undefined
  readonly chunkRows?: number | undefined
  readonly workers?: number | undefined
  /** Stops before the next chunk: what was read is kept, and can be resumed. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly onFix?: ((fix: FixReport) => void) | undefined
}

/** What was found at first, and how it ended. */
export interface MigrationVerification extends Mended {
  readonly leading: Leading
  readonly found: Verification
  /** Whether it was stopped before it had read everything; nothing is mended then. */
  readonly isInterrupted: boolean
}

/** Findings kept to be mended in one go; what is above is mended in the next. */
const mostFindings = 100_000

/**
 * Compares both sides as the phase demands, and mends what differs where that is asked for.
 *
 * Errors: MIGRATION.CONTRACTED; ROLLOUT.PHASE_CHANGED from a fix when another side leads meanwhile; VERIFIER.*; DATABASE.*.
 */
export async function runVerification(
  operating: Operating,
  settings: VerificationSettings = {},
): Promise<MigrationVerification> {
  const { database, migration } = operating
  const { signal, onFix } = settings
  await requireLegacy(database, migration)
  const leading = await leadingOf(operating)
  const verifier = verifierOf(whileLeading(database, leading), migration)
  const compare = (resume?: string) =>
    verifier.verify(migration.mappings, optionsOf(settings, leading, resume))
  const found = await compare(settings.resume)
  if (signal?.aborted === true) return { leading, found, verification: found, fixes: [], isInterrupted: true }
  const mended = mends(settings, leading)
    ? await mend({ migration, verifier, signal, onFix, compare }, found)
    : { verification: found, fixes: [] }
  return { leading, found, ...mended, isInterrupted: false }
}

function mends({ fix }: VerificationSettings, { autoFix }: Leading): boolean {
  return fix ?? autoFix
}

function optionsOf(
  settings: VerificationSettings,
  leading: Leading,
  resume: string | undefined,
): VerifyOptions {
  const { chunkRows, workers, signal, onProgress, strict } = settings
  return {
    heldValues: leading.heldValues,
    authority: leading.phase.authority,
    strict: strict === true || leading.strictMode,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(mends(settings, leading) && { maxFindings: mostFindings }),
    ...(resume !== undefined && { resume }),
    ...(chunkRows !== undefined && { chunkRows }),
    ...(workers !== undefined && { workers }),
  }
}
