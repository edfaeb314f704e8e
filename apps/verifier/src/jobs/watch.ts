import { setTimeout } from 'node:timers/promises'
import { type Activity, createActivityWatch } from '@changeover/migration'
import { createLogUpdate } from 'log-update'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'
import { activityLine, activityText } from '../render/activity-text.ts'
import type { Talk } from '../talk.ts'

export interface WatchSettings {
  readonly everySeconds: number
}

// Between two mappings of one run nothing is under way for a moment.
const looksAtRest = 2

/** Shows what other processes do to the migration, until nothing is under way or Ctrl-C. */
export function watch({ everySeconds }: WatchSettings): Job {
  return async ({ database, migration, signal, talk }) => {
    const look = createActivityWatch(database, migration, { nowSeconds: () => performance.now() / 1_000 })
    const view = createView(talk)
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

/** In a terminal one view that is drawn again; elsewhere a line whenever something has changed. */
function createView({ stream, say }: Pick<Talk, 'stream' | 'say'>) {
  if (stream.isTTY) {
    const draw = createLogUpdate(stream)
    return { show: (activity: Activity) => draw(activityText(activity)), end: () => draw.clear() }
  }
  let last = ''
  return {
    show(activity: Activity) {
      const line = activityLine(activity)
      if (line !== last) say(line)
      last = line
    },
    end() {},
  }
}
