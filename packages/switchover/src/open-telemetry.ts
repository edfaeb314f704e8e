/** What happens in a switchover, as metrics of OpenTelemetry. */
import type { Meter } from '@opentelemetry/api'
import type { SwitchoverEvent } from './monitor.ts'

/**
 * Gives a listener (`onEvent`) that counts calls, fallbacks, owed writes and comparisons, and measures latencies.
 *
 * Names: `switchover.calls` (side, operation, outcome), `switchover.call.duration` in ms (side, operation), `switchover.fallbacks` and
 * `switchover.owed` (operation, side, reason), `switchover.comparisons` (operation, verdict); each with `switchover`, the name.
 */
export function reportTo(meter: Meter, switchover: string): (event: SwitchoverEvent) => void {
  const calls = meter.createCounter('switchover.calls')
  const duration = meter.createHistogram('switchover.call.duration', { unit: 'ms' })
  const fallbacks = meter.createCounter('switchover.fallbacks')
  const owed = meter.createCounter('switchover.owed')
  const comparisons = meter.createCounter('switchover.comparisons')
  return (event) => {
    const { operation } = event
    switch (event.type) {
      case 'call': {
        const { side, outcome, ms } = event
        calls.add(1, { switchover, operation, side, outcome })
        if (ms !== undefined) duration.record(ms, { switchover, operation, side })
        return
      }
      case 'fallback':
        return fallbacks.add(1, { switchover, operation, side: event.from, reason: event.reason })
      case 'compared':
        return comparisons.add(1, { switchover, operation, verdict: event.verdict })
      case 'owed':
        return owed.add(1, { switchover, operation, side: event.towards, reason: event.reason })
    }
  }
}
