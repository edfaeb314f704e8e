import type { Guard } from './automatic-rollback.ts'
import type { Workshop } from './workshop.ts'

/** How often health is judged at most, but after failures, which are judged at once. */
const judgeMs = 250

/**
 * Judges health after each call, and takes reads, and with them the lead, from the target when the guard trips: both sides
 * stay written, so that nothing has to be copied to go forward again.
 */
export function watchHealth({ monitor, control, background }: Workshop, guard: Guard): void {
  let judgedAt = Number.NEGATIVE_INFINITY
  monitor.onEvent((event) => {
    if (event.type !== 'call') return
    if (event.outcome !== 'failed' && performance.now() - judgedAt < judgeMs) return
    judgedAt = performance.now()
    // Where the target does not lead nobody waits for it, and there is nothing to take back.
    if (control.last().authority !== 'target') return
    const health = monitor.health()
    if (!guard.judge(health)) return
    const reason = `score ${health.score}: ${health.reasons.join('; ')}`
    const switchedOff = control.change((note) => ({
      ...note,
      off: [...new Set([...note.off, 'newLoad' as const])],
      reason,
    }))
    // Without the ledger nothing is switched; it is judged again.
    background(
      switchedOff.then(
        () => {},
        () => guard.rearm(),
      ),
    )
  })
}
