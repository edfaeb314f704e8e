/** One operation on a key, as its caller saw it: when it began, when it was answered, and what it was about. */
export interface Seen {
  readonly key: string
  readonly does: 'write' | 'read'
  /** What was written, or what was read; undefined is nothing. */
  value: string | undefined
  readonly begunAt: number
  /** Infinity where it failed or has not ended: a write may take effect at any later time, or never. */
  endedAt: number
  isFailed: boolean
}

/** What callers see of some keys, to be judged afterwards. */
export function createHistory() {
  const all: Seen[] = []
  let time = 0
  const track = async <T>(
    seen: Omit<Seen, 'begunAt' | 'endedAt' | 'isFailed'>,
    work: () => Promise<T>,
    valueOf?: (answer: T) => string | undefined,
  ) => {
    const entry: Seen = { ...seen, begunAt: (time += 1), endedAt: Number.POSITIVE_INFINITY, isFailed: false }
    all.push(entry)
    try {
      const answer = await work()
      if (valueOf) entry.value = valueOf(answer)
      entry.endedAt = time += 1
    } catch {
      entry.isFailed = true
    }
  }
  return {
    write: (key: string, value: string | undefined, work: () => Promise<unknown>) =>
      track({ key, does: 'write', value }, work),
    read: (key: string, work: () => Promise<string | undefined>) =>
      track({ key, does: 'read', value: undefined }, work, (answer) => answer),
    /** Reads that did not see the last acknowledged write, or saw what was never written. */
    staleReads: () => all.filter((each) => each.does === 'read' && !each.isFailed && !isCurrent(each, all)),
    /** Whether a value is what a key may stand for when everything has ended. */
    isLast: (key: string, value: string | undefined) =>
      isCurrent({ key, does: 'read', value, begunAt: time + 1, endedAt: time + 2, isFailed: false }, all),
    text: () =>
      all
        .map(({ key, does, value, begunAt, endedAt }) => `${does} ${key}=${value} [${begunAt}, ${endedAt}]`)
        .join('\n'),
  }
}

/** A read may give what was written before it ended, unless another write was answered in between. */
function isCurrent(read: Seen, all: readonly Seen[]): boolean {
  const writes = all.filter(({ key, does }) => key === read.key && does === 'write')
  const first = { value: undefined, begunAt: 0, endedAt: 0 }
  return [first, ...writes].some(
    (write) =>
      write.value === read.value &&
      write.begunAt < read.endedAt &&
      !writes.some(({ begunAt, endedAt }) => begunAt > write.endedAt && endedAt < read.begunAt),
  )
}
