import { isFailure } from '@changeover/errors'
import type { Check, Found } from '@changeover/migration'
import { type ApiClient, textIn } from '../api/api-client.ts'
import { listOf } from '../api/list-of.ts'
import { errors } from '../errors.ts'
import { idsIn, judged } from './judged.ts'
import { itemsPath, removeRow, type Traces, workItems } from './traces.ts'

/** Whether work can be done on a running API: each check makes what it needs. */
export function itemChecks(api: ApiClient, traces: Traces): readonly Check[] {
  return [
    {
      name: 'crud',
      claim: 'work is created, read, found, changed and deleted, and a stale change is refused',
      look: () => whereWritten(() => crud(api, traces)),
    },
    {
      name: 'hierarchy',
      claim: 'work is placed under other work and found there, and a circle is refused',
      look: () => whereWritten(() => hierarchy(api, traces)),
    },
    {
      name: 'calendar-follows',
      claim: 'what is written shows in the calendar, in both formats',
      look: () => whereWritten(() => calendar(api, traces)),
    },
  ]
}

const notWritten: ReadonlySet<unknown> = new Set(['API.TARGET_FOLLOWS', 'API.TARGET_NOT_WRITTEN'])

/** As long as legacy leads, nobody may write work items. */
async function whereWritten(steps: () => Promise<Found>): Promise<Found> {
  try {
    return await steps()
  } catch (error) {
    if (isFailure(error, errors.API_REFUSED.code) && notWritten.has(error.values['code']))
      return { notApplicable: `legacy leads: ${error.message}` }
    throw error
  }
}

async function crud(api: ApiClient, traces: Traces): Promise<Found> {
  const id = await traces.make('task')
  const one = `${itemsPath}/${id}`
  const read = await api.need(`GET ${one}`)
  const listed = await api.need(`GET ${itemsPath}?title=${encodeURIComponent(traces.title)}`)
  const ifMatch = read.headers.get('etag') ?? ''
  const changed = await api.need(`PATCH ${one}`, { ifMatch, body: { description: 'changed' } })
  const stale = await api.ask(`PATCH ${one}`, { ifMatch, body: { description: 'stale' } })
  const after = await api.need(`GET ${one}`)
  const removed = await removeRow(api, workItems, id)
  const gone = await api.ask(`GET ${one}`)
  return judged([
    ['the item that was created is read', textIn(read.body, 'title') === traces.title],
    ['a list finds it', idsIn(listed.body).includes(id)],
    ['a change is answered with what was changed', textIn(changed.body, 'description') === 'changed'],
    ['a change of a stale version is refused with 412', stale.status === 412],
    ['the change is kept', textIn(after.body, 'description') === 'changed'],
    ['it is deleted', removed.status < 300],
    ['what was deleted is gone', gone.status === 404],
  ])
}

async function hierarchy(api: ApiClient, traces: Traces): Promise<Found> {
  // Types that ask for nothing more than a title, also as long as legacy is written as well.
  const parent = await traces.make('task')
  const child = await traces.make('subtask')
  await api.need(`POST ${itemsPath}/${child}/move`, { body: { parent } })
  const children = await api.need(`GET ${itemsPath}/${parent}/children`)
  const subtree = await api.need(`GET ${itemsPath}/${parent}/subtree`)
  const trail = await api.need(`GET ${itemsPath}/${child}/breadcrumb`)
  const circle = await api.ask(`POST ${itemsPath}/${parent}/move`, { body: { parent: child } })
  return judged([
    ['the child is among the children', idsIn(children.body).includes(child)],
    ['the subtree has both', [parent, child].every((id) => idsIn(subtree.body).includes(id))],
    ['the breadcrumb leads from the one to the other', idsIn(trail.body).join() === [parent, child].join()],
    ['a circle is refused with 422', circle.status === 422],
  ])
}

async function calendar(api: ApiClient, traces: Traces): Promise<Found> {
  const id = await traces.make('task', { startDate: '2000-02-29', dueDate: '2000-02-29' })
  const window = 'start=2000-02-01T00:00:00Z&end=2000-03-31T00:00:00Z'
  const json = await api.need(`GET /api/calendar.json?${window}`)
  const ics = await api.need(`GET /api/calendar.ics?${window}`)
  // Long lines are folded. Source: RFC 5545, 3.1.
  const unfolded = String(ics.body).replaceAll(/\r?\n[ \t]/g, '')
  return judged([
    ['FullCalendar reads it', listOf(json.body).some((entry) => String(textIn(entry, 'id')).includes(id))],
    ['calendar programs read it', unfolded.includes(traces.title)],
  ])
}
