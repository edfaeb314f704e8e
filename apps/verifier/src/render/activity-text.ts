import type { Activity, SeenMapping } from '@changeover/migration'
import type { TransitionRecord } from '@changeover/rollout'
import { boxTable } from './box-table.ts'
import { durationText, progressText, throttleText } from './progress-text.ts'

/** What goes on, as a view that is drawn again and again. */
export function activityText({ migration, phase, mappings, transition, isBusy }: Activity): string {
  return [
    `${migration}, ${phase === null ? 'not installed' : `in ${phase}`}`,
    ...(transition === null ? [] : [transitionText(transition)]),
    ...(mappings.length === 0
      ? []
      : [
          boxTable(
            ['Mapping', 'State', 'Progress'],
            // A terminal is not that wide.
            mappings.map((each) => [
              each.mapping,
              stateText(each),
              progressText({ ...each, throttle: null }),
            ]),
          ),
        ]),
    ...mappings.flatMap(({ mapping, throttle }) =>
      throttle === null ? [] : [`${mapping} goes on ${throttleText(throttle)}`],
    ),
    ...mappings.flatMap(({ mapping, failure }) =>
      failure === null ? [] : [`✗ ${mapping}: ${failure.code}: ${failure.message} ${failure.fix}`],
    ),
    ...(isBusy ? [] : ['Nothing is under way.']),
  ].join('\n')
}

/** The same in one line, for a log. */
export function activityLine({ mappings, transition, isBusy }: Activity): string {
  const running = mappings.filter(({ state }) => state === 'running')
  const parts = [
    ...(transition === null ? [] : [transitionText(transition)]),
    ...running.map((each) => `${progressText(each)}${silenceText(each)}`),
  ]
  return parts.length === 0 || !isBusy ? 'Nothing is under way.' : parts.join('; ')
}

function transitionText({ from, to, step, by, reason }: TransitionRecord): string {
  return `Transition ${from} → ${to}: ${step}, by ${by} (${reason})`
}

function stateText(seen: SeenMapping): string {
  return `${seen.state}${seen.state === 'running' ? silenceText(seen) : ''}`
}

const worthSayingSeconds = 10

function silenceText({ silentSeconds }: SeenMapping): string {
  return silentSeconds < worthSayingSeconds ? '' : ` (silent for ${durationText(silentSeconds)})`
}
