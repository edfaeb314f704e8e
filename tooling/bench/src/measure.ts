/** One line of the result: what was measured beside what, and the bound it is held to. */
export interface Measure {
  readonly name: string
  readonly ours: string
  readonly other: string
  readonly ratio: number | undefined
  /** The greatest ratio that is fine; absent where the figure is for information. */
  readonly bound?: number
}

/** Seconds that some work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** The median, of at least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** A Markdown table of the measures, in the order of the run. */
export function tableOf(measures: readonly Measure[]): string {
  const lines = measures.map(({ name, ours, other, ratio, bound }) => {
    const verdict =
      ratio === undefined || bound === undefined ? '' : ratio <= bound ? `≤ ${bound} ✓` : `> ${bound} ✗`
    return `| ${name} | ${ours} | ${other} | ${ratio === undefined ? '' : ratio.toFixed(2)} | ${verdict} |`
  })
  return ['| what | ours | beside | ratio | bound |', '| --- | --- | --- | --- | --- |', ...lines].join('\n')
}
