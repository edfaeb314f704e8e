import { type CalendarEntry, type CalendarWindow, Event } from '@changeover/work-items'
import type { EntityManager } from '@mikro-orm/postgresql'
import { isoTime } from '../../../resource/row-view.ts'

const color = '#3B82F6'

/** The legacy feed: events alone, wherever they are kept in this phase. Cost: one statement. */
export async function eventEntries(
  em: EntityManager,
  { from, to, workTypes, onlyOpen = false }: CalendarWindow,
): Promise<readonly CalendarEntry[]> {
  if (workTypes !== undefined && !workTypes.includes('activity')) return []
  const reachesIn = [{ endDatetime: { $gte: from } }, { endDatetime: null, startDatetime: { $gte: from } }]
  const events = await em.find(
    Event,
    {
      startDatetime: { $lt: to },
      $or: reachesIn,
      ...(onlyOpen && { status: { $nin: ['completed', 'cancelled'] } }),
    },
    { orderBy: { startDatetime: 'asc', id: 'asc' } },
  )
  return events.map((event) => ({
    id: event.id,
    title: event.title,
    description: event.description,
    isAllDay: false,
    start: isoTime(event.startDatetime),
    end: event.endDatetime == null ? null : isoTime(event.endDatetime),
    color,
    workType: 'activity',
    status: event.status,
    priority: event.priority,
    parentId: null,
    changedAt: isoTime(event.updatedAt),
  }))
}
