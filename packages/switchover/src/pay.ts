import { type Claim, holdMs } from './outbox.ts'
import { reasonOf } from './side-call.ts'
import { within } from './within.ts'
import type { Workshop } from './workshop.ts'

/** What paying one key came to. */
export type Payment =
  | { readonly status: 'paid'; readonly what: 'copied' | 'removed' }
  | { readonly status: 'failed'; readonly error: unknown }
  /** Somebody is at work on it, or nothing is owed. */
  | { readonly status: 'busy' }

/** How often a key is copied again because it was written meanwhile, before it is left for later. */
const attempts = 3

/** Copies a key that is owed from its source to the other side. It never rejects. */
export async function payKey(shop: Workshop, key: string): Promise<Payment> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const payment = await payOnce(shop, key)
    if (payment !== 'again') return payment
  }
  return { status: 'busy' }
}

async function payOnce(shop: Workshop, key: string): Promise<Payment | 'again'> {
  const begunAt = performance.now()
  const claim = await shop.outbox.claim(key).catch(() => undefined)
  if (claim === undefined) return { status: 'busy' }
  const copying = copyOf(shop, claim, () => performance.now() - begunAt < holdMs / 2)
  try {
    const what = await within(shop.copyDeadlineMs, () => copying)
    return (await shop.outbox.pay(claim)) ? { status: 'paid', what } : 'again'
  } catch (error) {
    // The claim is kept until the copy has really ended: it may still write.
    const back = () => giveBack(shop, claim, reasonOf(error))
    shop.background(copying.then(back, back))
    return { status: 'failed', error }
  }
}

/** As a promise, also where a store throws at once. */
async function copyOf(shop: Workshop, { key, source }: Claim, isMine: () => boolean) {
  return await shop.copy(key, source, isMine)
}

async function giveBack(shop: Workshop, claim: Claim, why: string): Promise<void> {
  await shop.outbox.giveBack(claim, why).catch(() => {
    // It comes back by itself when its time is over.
  })
}
