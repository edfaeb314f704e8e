/** Counts of the last while: what is older is forgotten step by step. */
export interface Window<Name extends string> {
  add(name: Name): void
  count(name: Name): number
  clear(): void
}

const steps = 12

/** A window of `windowMs` in twelve steps. Cost: constant memory and time. */
export function createWindow<Name extends string>(windowMs: number, now: () => number): Window<Name> {
  const stepMs = windowMs / steps
  let counts = new Map<number, Map<Name, number>>()
  const alive = () => {
    const first = Math.floor(now() / stepMs) - steps + 1
    for (const step of counts.keys()) if (step < first) counts.delete(step)
    return counts
  }
  return {
    add(name) {
      const step = Math.floor(now() / stepMs)
      const current = counts.get(step) ?? new Map<Name, number>()
      if (!counts.has(step)) {
        counts.set(step, current)
        alive()
      }
      current.set(name, (current.get(name) ?? 0) + 1)
    },
    count: (name) => [...alive().values()].reduce((sum, each) => sum + (each.get(name) ?? 0), 0),
    clear() {
      counts = new Map()
    },
  }
}
