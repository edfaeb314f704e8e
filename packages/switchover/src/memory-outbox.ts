import { type Claim, holdMs, type Outbox, type Owed, type OwedTotals, type Ticket } from './outbox.ts'
import { otherSide, type Side } from './side.ts'

interface Entry {
  source: Side
  version: bigint
  writers: number
  heldUntil: number
  claimedUntil: number
  attempts: number
  why: string | undefined
  readonly since: number
}

/** An outbox of one process, which is forgotten with it: for tests, and where the synchronizer runs after each start. */
export function createMemoryOutbox(now: () => number = () => performance.now()): Outbox {
  const entries = new Map<string, Entry>()
  let versions = 0n // never used twice, also not for an entry that was paid and comes back
  const isQuiet = (entry: Entry) =>
    (entry.writers === 0 || entry.heldUntil < now()) && entry.claimedUntil < now()
  const current = ({ key, version }: Ticket | Claim) => {
    const entry = entries.get(key)
    return entry?.version === version ? entry : undefined
  }
  const join = (key: string): Ticket | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    entry.writers = entry.heldUntil < now() ? 1 : entry.writers + 1
    entry.heldUntil = now() + holdMs
    entry.version = versions += 1n
    return { key, source: entry.source, version: entry.version, isAlone: false }
  }
  const begin = (key: string, source: Side): Ticket => {
    const joined = join(key)
    if (joined !== undefined) return joined
    const at = now()
    const times = { since: at, heldUntil: at + holdMs, claimedUntil: -1 }
    const version = (versions += 1n)
    entries.set(key, { source, version, writers: 1, attempts: 0, why: undefined, ...times })
    return { key, source, version, isAlone: true }
  }
  const leave = (key: string, why: string | undefined) => {
    const entry = entries.get(key)
    if (entry === undefined) return { isLast: false }
    entry.writers = Math.max(0, entry.writers - 1)
    entry.why = why ?? entry.why
    return { isLast: entry.writers === 0 }
  }
  const owedOf = ([key, { source, attempts, why }]: readonly [string, Entry]): Owed => ({
    key,
    towards: otherSide(source),
    attempts,
    why,
  })
  const totals = (): OwedTotals => {
    const all = [...entries.values()]
    const towards = (side: Side) => all.filter(({ source }) => source !== side).length
    const oldest = Math.min(...all.map(({ since }) => since))
    return {
      legacy: towards('legacy'),
      target: towards('target'),
      oldestSeconds: all.length === 0 ? 0 : (now() - oldest) / 1000,
    }
  }
  return {
    begin: async (key, source) => begin(key, source),
    join: async (key) => join(key),
    sourceOf: async (key) => entries.get(key)?.source,
    turn: async (ticket, source) => {
      const entry = current(ticket)
      if (entry === undefined) return false
      entry.source = source
      return true
    },
    settle: async (ticket) => {
      if (current(ticket)) entries.delete(ticket.key)
      else leave(ticket.key, undefined)
    },
    owe: async ({ key }, why) => leave(key, why),
    claim: async (key) => {
      const entry = entries.get(key)
      if (entry === undefined || !isQuiet(entry)) return undefined
      entry.claimedUntil = now() + holdMs
      return { key, source: entry.source, version: entry.version }
    },
    pay: async (claim) => {
      if (current(claim)) return entries.delete(claim.key)
      const entry = entries.get(claim.key)
      if (entry) entry.claimedUntil = -1
      return false
    },
    giveBack: async ({ key }, why) => {
      const entry = entries.get(key)
      if (entry === undefined) return
      Object.assign(entry, { claimedUntil: -1, attempts: entry.attempts + 1, why })
    },
    due: async (limit) =>
      [...entries]
        .filter(([, entry]) => isQuiet(entry))
        .toSorted(([, left], [, right]) => left.attempts - right.attempts || left.since - right.since)
        .slice(0, limit)
        .map(owedOf),
    totals: async () => totals(),
  }
}
