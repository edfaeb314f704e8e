import type { Activity } from '@changeover/migration'
import { createLogUpdate } from 'log-update'
import type { Talk } from '../talk.ts'
import { activityLine, activityText } from './activity-text.ts'

/** Shows what goes on, again and again. */
export interface ActivityView {
  show(activity: Activity): void
  /** Leaves the stream to others. */
  end(): void
}

/** In a terminal one view that is drawn again; elsewhere a line whenever something has changed. */
export function createActivityView({ stream, say }: Pick<Talk, 'stream' | 'say'>): ActivityView {
  if (stream.isTTY) {
    const draw = createLogUpdate(stream)
    return { show: (activity) => draw(activityText(activity)), end: () => draw.clear() }
  }
  let last = ''
  return {
    show(activity) {
      const line = activityLine(activity)
      if (line !== last) say(line)
      last = line
    },
    end() {},
  }
}
