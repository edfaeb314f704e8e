import type { ReadComparison } from './compare-reads.ts'
import type { Control } from './control.ts'
import type { Outbox } from './outbox.ts'
import type { Monitor } from './monitor.ts'
import type { Patience } from './patience.ts'
import type { SideCalls } from './side-call.ts'
import type { Notes } from './notes.ts'
import type { Copy, Store } from './stores.ts'
import type { Side } from './side.ts'

/** The parts that the protocols of reading, writing and repairing work with. */
export interface Workshop {
  readonly name: string
  readonly control: Control
  readonly outbox: Outbox
  readonly calls: SideCalls
  /** For what the ledger is asked on an operation's way. */
  readonly patience: Patience
  /** How long one copy of one key may take. */
  readonly copyDeadlineMs: number
  readonly monitor: Monitor
  readonly copy: Copy
  readonly notes: Notes
  /** Undefined where answers are not compared. */
  readonly comparison: ReadComparison | undefined
  /** The stores as far as no value is looked at. */
  readonly stores: Readonly<Record<Side, Pick<Store<unknown>, 'keys' | 'load'>>>
  readonly isRefusal: (error: unknown) => boolean
  /** Work that nobody waits for; it must not reject. */
  readonly background: (work: Promise<void>) => void
}
