import type { CalendarEntry } from '@changeover/work-items'

/** An event as FullCalendar takes it. Source: fullcalendar.io, "Event Parsing". */
export const fullCalendarSchema = {
  title: 'calendar event',
  type: 'object',
  required: ['id', 'title', 'start', 'allDay', 'color', 'extendedProps'],
  properties: {
    id: { type: 'string' },
    title: { type: 'string' },
    start: { type: 'string' },
    end: { type: 'string', description: 'Exclusive.' },
    allDay: { type: 'boolean' },
    color: { type: 'string' },
    extendedProps: {
      type: 'object',
      required: ['workType', 'status', 'priority', 'parentId'],
      properties: {
        workType: { type: 'string' },
        status: { type: 'string' },
        priority: { type: 'string' },
        parentId: { type: ['string', 'null'] },
      },
    },
  },
} as const

/** An entry in FullCalendar's words. */
export function fullCalendarEvent(entry: CalendarEntry) {
  const { id, title, start, end, isAllDay, color, workType, status, priority, parentId } = entry
  return {
    id,
    title,
    start,
    ...(end !== null && { end }),
    allDay: isAllDay,
    color,
    extendedProps: { workType, status, priority, parentId },
  }
}
