import { catchUp } from './catch-up.ts'
import { errors } from './errors.ts'
import { type Probe, type ProofStep, prove } from './prove.ts'
import type { StandingNote } from './standing.ts'
import type { Store } from './stores.ts'
import type { SyncReport } from './synchronize.ts'
import type { Workshop } from './workshop.ts'

export interface EmergencyOptions<Legacy> {
  /** Why, for whoever reads the state later. */
  readonly reason: string
  readonly probe: Probe<Legacy>
  /**
   * What becomes of writes that only the target has, after a time in which legacy was left out: they are copied back first, or
   * they are given up, and stay on the target unread. `catch-up` unless given.
   */
  readonly onlyOnTarget?: 'catch-up' | 'give-up'
}

/** What an emergency rollback has done and found. */
export interface EmergencyReport {
  /** Whether legacy leads now. */
  readonly hasSwitched: boolean
  /** Whether legacy has saved, given back and deleted a value. */
  readonly isProved: boolean
  readonly proof: readonly ProofStep[]
  /** Keys that are served from the target until `repair` has copied them to legacy; undefined where the ledger does not say. */
  readonly owedToLegacy: number | undefined
  /** The copy back that came first. */
  readonly caughtUp: SyncReport | undefined
}

const everything: StandingNote['off'] = ['newLoad', 'newSave', 'parallel', 'newStorage']

/**
 * Switches everything new off in all processes, whatever the flags say, then proves that legacy works. The switch stays when
 * the proof fails, and the report says so.
 *
 * Errors: SWITCHOVER.LEGACY_BEHIND where legacy could not be brought up to date; those of the ledger and of the stores.
 */
export async function emergencyRollback<Legacy>(
  shop: Workshop,
  legacy: Omit<Store<Legacy>, 'keys'>,
  { reason, probe, onlyOnTarget = 'catch-up' }: EmergencyOptions<Legacy>,
): Promise<EmergencyReport> {
  const givesUp = onlyOnTarget === 'give-up'
  const caughtUp = givesUp ? undefined : await catchUp(shop, reason)
  if (caughtUp?.isWhole === false)
    throw errors.LEGACY_BEHIND({ switchover: shop.name, left: caughtUp.failed })
  await shop.control.change((note) => ({
    ...note,
    off: everything,
    reason,
    isWhole: givesUp ? { ...note.isWhole, legacy: true } : note.isWhole,
  }))
  const { authority } = await shop.control.current()
  const proof = await prove(legacy, probe, shop.copyDeadlineMs)
  const totals = await shop.outbox.totals().catch(() => undefined)
  return {
    hasSwitched: authority === 'legacy',
    isProved: proof.every(({ problem }) => problem === undefined),
    proof,
    owedToLegacy: totals?.legacy,
    caughtUp,
  }
}
