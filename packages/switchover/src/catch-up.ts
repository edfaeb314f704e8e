import { type SyncReport, synchronizeAll } from './synchronize.ts'
import type { Workshop } from './workshop.ts'

/**
 * Copies back what only the target has, where legacy was left out of writes. The target's leading is switched off first, so
 * that both sides are written and the copy comes to an end. Undefined where legacy lacks nothing.
 *
 * Errors: those of the ledger and of the stores.
 */
export async function catchUp(shop: Workshop, reason: string): Promise<SyncReport | undefined> {
  if (shop.control.note().isWhole.legacy) return undefined
  await shop.control.change((note) => ({
    ...note,
    off: [...new Set([...note.off, 'newLoad' as const])],
    reason,
  }))
  await shop.control.current()
  return await synchronizeAll(shop, 'backward')
}
