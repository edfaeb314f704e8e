import { fromEntityManager } from '@changeover/database/mikro-orm'
import {
  type CalendarEntry,
  type CalendarWindow,
  type WorkType,
  workItemEntries,
  workTypes,
} from '@changeover/work-items'
import type { Reader } from '@changeover/rollout'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { problems } from '../../../documented.ts'
import type { InPhase } from '../../../in-phase.ts'
import { eventEntries } from './event-entries.ts'
import { fullCalendarEvent, fullCalendarSchema } from './full-calendar.ts'
import { iCalendar } from './i-calendar.ts'

const instant = { type: 'string', format: 'date-time' }
const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    start: { ...instant, description: 'FullCalendar sends it; thirty days ago unless given.' },
    end: { ...instant, description: 'Exclusive; a year after the start unless given.' },
    workType: { type: 'string', enum: workTypes },
    completed: { type: 'string', enum: ['show', 'hide'], default: 'show' },
  },
}

interface Asked {
  Querystring: { start?: string; end?: string; workType?: WorkType; completed?: 'show' | 'hide' }
}

export interface CalendarOptions {
  /** All work instead of the events of the legacy feed, for whoever reads from the target. */
  readonly isUnified: boolean
  readonly readerOf: (request: FastifyRequest) => Reader
  /** The clock, for a window that is not given. */
  readonly now: () => Date
}

const dayMs = 86_400_000

/** One calendar, in two formats. */
export function calendarRoutes(
  app: FastifyInstance,
  ways: InPhase,
  { isUnified, now, readerOf }: CalendarOptions,
): void {
  const tags = ['calendar']
  const entriesOf = (request: FastifyRequest, window: CalendarWindow): Promise<readonly CalendarEntry[]> =>
    isUnified && ways.readsTarget(readerOf(request))
      ? workItemEntries(fromEntityManager(ways.target.reader()), window)
      : eventEntries(ways.legacy.reader(), window)

  app.get<Asked>(
    '/api/calendar.json',
    {
      schema: {
        tags,
        summary: 'The calendar, as FullCalendar reads it',
        querystring,
        response: { 200: { type: 'array', items: fullCalendarSchema }, ...problems },
      },
    },
    async (request) => (await entriesOf(request, windowOf(request.query, now()))).map(fullCalendarEvent),
  )
  app.get<Asked>(
    '/api/calendar.ics',
    {
      schema: {
        tags,
        summary: 'The calendar, as calendar programs subscribe to it',
        querystring,
        produces: ['text/calendar'],
        response: { 200: { type: 'string' }, ...problems },
      },
    },
    async (request, reply) => {
      const text = iCalendar(await entriesOf(request, windowOf(request.query, now())))
      return reply.type('text/calendar; charset=utf-8').send(text)
    },
  )
}

function windowOf({ start, end, workType, completed }: Asked['Querystring'], now: Date): CalendarWindow {
  const from = start ?? new Date(now.getTime() - 30 * dayMs).toISOString()
  return {
    from,
    to: end ?? new Date(new Date(from).getTime() + 366 * dayMs).toISOString(),
    ...(workType && { workTypes: [workType] }),
    onlyOpen: completed === 'hide',
  }
}
