import { setTimeout } from 'node:timers/promises'

/** What this package takes from the machine unless it is given something else. */
export interface System {
  /** A number from 0 up to 1. */
  readonly random: () => number
  readonly sleep: (delayMs: number) => Promise<void>
}

export const system: System = {
  random: Math.random,
  sleep: async (delayMs) => {
    await setTimeout(delayMs)
  },
}
