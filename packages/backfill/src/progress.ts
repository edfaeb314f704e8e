/** What was known after a batch. Units: seconds on any one clock. */
export interface Sample {
  readonly atSeconds: number
  readonly rowsDone: number
  /** An estimate, corrected as the work goes on. */
  readonly rowsRemaining: number
}

/** How far the work is and how long it may take. Rates and times are null as long as nothing can be said. */
export interface Progress {
  readonly rowsDone: number
  readonly rowsEstimated: number
  /** 0 to 100; 100 only when nothing remains. */
  readonly percent: number
  readonly rowsPerSecond: number | null
  readonly etaSecondsLow: number | null
  readonly etaSecondsHigh: number | null
}

// The recent rate is that of the last fifth of the time; the range is widened by a tenth for what is only estimated.
const recentShare = 0.2
const overallWeight = 0.25
const margin = 0.1

/**
 * Judges samples in the order of their times. The range of the time left spans the recent rate and one that leans
 * towards the overall rate, so that it follows a throttle soon and is not thrown about by one slow batch.
 *
 * @example
 * const samples = [{ atSeconds: 0, rowsDone: 0, rowsRemaining: 400 }, { atSeconds: 1, rowsDone: 100, rowsRemaining: 300 }]
 * progressOf(samples).rowsPerSecond // => 100
 */
export function progressOf(samples: readonly Sample[]): Progress {
  const last = samples.at(-1) ?? { atSeconds: 0, rowsDone: 0, rowsRemaining: 0 }
  const rowsRemaining = Math.max(0, Math.round(last.rowsRemaining))
  const rowsEstimated = last.rowsDone + rowsRemaining
  const share = rowsEstimated === 0 ? 100 : (100 * last.rowsDone) / rowsEstimated
  return {
    rowsDone: last.rowsDone,
    rowsEstimated,
    percent: rowsRemaining === 0 ? 100 : Math.min(99.9, share),
    ...paceOf(samples, last, rowsRemaining),
  }
}

function paceOf(samples: readonly Sample[], last: Sample, rowsRemaining: number) {
  const [first = last] = samples
  const recentFrom = last.atSeconds - recentShare * (last.atSeconds - first.atSeconds)
  const before = samples.findLast((sample) => sample !== last && sample.atSeconds <= recentFrom)
  const overall = rate(first, last)
  const recent = rate(before ?? first, last)
  if (rowsRemaining === 0) return { rowsPerSecond: overall, etaSecondsLow: 0, etaSecondsHigh: 0 }
  if (overall === null || recent === null)
    return { rowsPerSecond: recent, etaSecondsLow: null, etaSecondsHigh: null }
  const leaning = overallWeight * overall + (1 - overallWeight) * recent
  return {
    rowsPerSecond: recent,
    etaSecondsLow: ((1 - margin) * rowsRemaining) / Math.max(recent, leaning),
    etaSecondsHigh: ((1 + margin) * rowsRemaining) / Math.min(recent, leaning),
  }
}

/** Rows per second; null where no time has passed or nothing was done. */
function rate(from: Sample, to: Sample): number | null {
  const seconds = to.atSeconds - from.atSeconds
  const rows = to.rowsDone - from.rowsDone
  return seconds > 0 && rows > 0 ? rows / seconds : null
}

const keptSamples = 200

/** Adds a sample, and thins the list out when it has grown long: every second one goes. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const kept = samples.length < keptSamples ? samples : samples.filter((_each, index) => index % 2 === 0)
  return [...kept, sample]
}
