import { createHistogram } from 'node:perf_hooks'

/** Latencies of one side, in milliseconds. */
export interface Latency {
  readonly count: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Measures latencies in constant memory, to three digits. */
export function createLatency() {
  const histogram = createHistogram()
  const ms = (nanoseconds: number) => (histogram.count === 0 ? 0 : nanoseconds / 1e6)
  return {
    record: (tookMs: number) => histogram.record(Math.max(1, Math.round(tookMs * 1e6))),
    read: (): Latency => ({
      count: histogram.count,
      meanMs: ms(histogram.mean),
      p50Ms: ms(histogram.percentile(50)),
      p95Ms: ms(histogram.percentile(95)),
      p99Ms: ms(histogram.percentile(99)),
      maxMs: ms(histogram.max),
    }),
  }
}
