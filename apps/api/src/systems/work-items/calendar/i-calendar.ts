import type { CalendarEntry } from '@changeover/work-items'
import ical, { ICalEventStatus } from 'ical-generator'

/**
 * Writes entries as iCalendar. Times are instants in UTC, days are days; the stamp is when the entry was changed, so that
 * two polls of an unchanged calendar are equal. Source: RFC 5545.
 */
export function iCalendar(entries: readonly CalendarEntry[]): string {
  const calendar = ical({
    name: 'Work',
    prodId: { company: 'changeover', product: 'calendar', language: 'EN' },
  })
  for (const entry of entries)
    calendar.createEvent({
      id: entry.id,
      stamp: new Date(entry.changedAt),
      summary: entry.title,
      description: entry.description,
      allDay: entry.isAllDay,
      start: instantOf(entry.start),
      ...(entry.end !== null && { end: instantOf(entry.end) }),
      ...(entry.status === 'cancelled' && { status: ICalEventStatus.CANCELLED }),
    })
  return calendar.toString()
}

/** A day is midnight UTC of it: the generator writes the date of a day in UTC. */
function instantOf(text: string): Date {
  return new Date(text.length === 10 ? `${text}T00:00:00Z` : text)
}
