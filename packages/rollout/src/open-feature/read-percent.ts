import type { Client, EvaluationContext } from '@openfeature/server-sdk'
import { sharesReads } from '../read-share.ts'
import type { StoredPhase } from '../stored-phase.ts'

/** Gives a phase the read share that another flag system wants, within the stored one. */
export type ReadPercentSource = (phase: StoredPhase, context?: EvaluationContext) => Promise<StoredPhase>

/**
 * Takes the read share from a number flag (0..100) of any OpenFeature client.
 *
 * The stored share is the upper bound: it was raised through the gates, and the flag selects within it. The flag gives a
 * percentage and not a decision, so that the bucket of a key stays ours: sticky, and growing only. Where the flag has no
 * usable answer, the last one it gave holds, and the stored share before there was one.
 *
 * Cost: one evaluation; ask once for a request, not for a row.
 */
export function readPercentFrom(client: Pick<Client, 'getNumberDetails'>, flag: string): ReadPercentSource {
  let last: number | undefined
  return async (phase, context) => {
    if (!sharesReads(phase)) return phase
    const { value, errorCode } = await client.getNumberDetails(flag, Number.NaN, context)
    if (errorCode === undefined && value >= 0 && value <= 100) last = value
    return { ...phase, readPercent: Math.min(last ?? phase.readPercent, phase.readPercent) }
  }
}
