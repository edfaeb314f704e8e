import type { Check } from '@changeover/migration'
import { errors } from '../errors.ts'
import { type ApiClient, textIn, valueIn } from './api-client.ts'
import { listOf } from './list-of.ts'

const always = 'start=1970-01-01T00:00:00Z&end=2100-01-01T00:00:00Z'
const lookedAt = 500

/** Whether the calendar of a running API answers, with every type of work that the API has with a date. */
export function calendarCheck(api: ApiClient): Check {
  return {
    name: 'calendar',
    claim: 'the calendar feed answers with all types of work',
    async look() {
      const types = await workTypes(api)
      if (types.length === 0) return { notApplicable: 'the API has no calendar' }
      const feed = await api.need(`GET /api/calendar.ics?${always}`)
      if (!String(feed.body).startsWith('BEGIN:VCALENDAR'))
        throw errors.API_REFUSED({
          call: 'GET /api/calendar.ics',
          status: feed.status,
          code: null,
          said: 'no VCALENDAR',
        })
      const dated = await datedTypes(api, types)
      const shown = await shownTypes(api, dated)
      const missing = dated.filter((type) => !shown.includes(type))
      const problems =
        dated.length === 0
          ? [errors.CALENDAR_EMPTY.problem({ url: api.url })]
          : missing.map((type) => errors.CALENDAR_LACKS.problem({ url: api.url, type }))
      const without = types.filter((type) => !dated.includes(type))
      const evidence = [
        `shown: ${shown.join(', ') || 'none'}`,
        ...(without.length === 0 ? [] : [`no work with a date: ${without.join(', ')}`]),
      ]
      return { evidence: evidence.join('; '), problems }
    },
  }
}

/** The types by which the calendar can be filtered, as the API itself describes them. */
async function workTypes(api: ApiClient): Promise<readonly string[]> {
  const { body } = await api.need('GET /openapi.json')
  const operation = valueIn(valueIn(valueIn(body, 'paths'), '/api/calendar.json'), 'get')
  const parameters = valueIn(operation, 'parameters')
  const filter = listOf(parameters).find((each) => textIn(each, 'name') === 'workType')
  return listOf(valueIn(valueIn(filter, 'schema'), 'enum')).map(String)
}

async function datedTypes(api: ApiClient, types: readonly string[]): Promise<readonly string[]> {
  const dated: string[] = []
  for (const type of types) {
    const { body } = await api.need(
      `GET /api/work-items?workType=${encodeURIComponent(type)}&limit=${lookedAt}`,
    )
    const items = listOf(valueIn(body, 'items'))
    if (items.some((item) => textIn(item, 'startDate') ?? textIn(item, 'dueDate'))) dated.push(type)
  }
  return dated
}

async function shownTypes(api: ApiClient, types: readonly string[]): Promise<readonly string[]> {
  const shown: string[] = []
  for (const type of types) {
    const { body } = await api.need(`GET /api/calendar.json?${always}&workType=${encodeURIComponent(type)}`)
    const seen = listOf(body).map((entry) => textIn(valueIn(entry, 'extendedProps'), 'workType'))
    // A feed that knows no types gives the same entries for each.
    if (seen.includes(type)) shown.push(type)
  }
  return shown
}
