import { type Payment, payKey } from './pay.ts'
import type { Workshop } from './workshop.ts'

/** What a round of repair did, in keys. */
export interface RepairReport {
  readonly paid: number
  readonly failed: number
  /** Left alone, since somebody was at work on them. */
  readonly busy: number
}

export interface RepairOptions {
  /** Keys at most; 1000 unless given. */
  readonly limitKeys?: number
  readonly signal?: AbortSignal
}

/**
 * Pays what is owed: copies each key from the side that has its truth to the other. Any number of workers may run at once.
 *
 * Cost: one statement for the list, three for each key, besides the stores. Errors: those of the ledger when it is asked for the list.
 */
export async function repair(
  shop: Workshop,
  { limitKeys = 1000, signal }: RepairOptions = {},
): Promise<RepairReport> {
  const report: Record<Payment['status'], number> = { paid: 0, failed: 0, busy: 0 }
  for (const { key } of await shop.outbox.due(limitKeys)) {
    if (signal?.aborted === true) break
    const { status } = await payKey(shop, key)
    report[status] += 1
  }
  return report
}
