import { setTimeout } from 'node:timers/promises'
import { createActivityWatch } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'
import { activityText } from '../render/activity-text.ts'
import { createActivityView } from '../render/activity-view.ts'

export interface WatchSettings {
  readonly everySeconds: number
}

// Between two mappings of one run nothing is under way for a moment.
const looksAtRest = 2

/** Shows what other processes do to the migration, until nothing is under way or Ctrl-C. */
export function watch({ everySeconds }: WatchSettings): Job {
  return async ({ database, migration, signal, talk }) => {
    const look = createActivityWatch(database, migration, { nowSeconds: () => performance.now() / 1_000 })
    const view = createActivityView(talk)
    let activity = await look()
    for (let rest = 0; rest < looksAtRest && !signal.aborted; ) {
      view.show(activity)
      await setTimeout(everySeconds * 1_000, undefined, { signal }).catch(() => {})
      activity = await look()
      rest = activity.isBusy ? 0 : rest + 1
    }
    view.end()
    return { exitCode: exitCodes.fine, data: activity, text: activityText(activity) }
  }
}
