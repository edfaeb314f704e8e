import { isFailure } from '@changeover/errors'
import type { Check, Found } from '@changeover/migration'
import { type ApiClient, textIn } from '../api/api-client.ts'
import { errors } from '../errors.ts'
import { bodyFor, type Collection, keyIn } from './collections.ts'
import { idsIn, judged } from './judged.ts'
import { itemsPath, removeRow, type Traces } from './traces.ts'

/** Whether rows of every other collection of a running API are made, read, found, changed and deleted. */
export function collectionChecks(
  api: ApiClient,
  traces: Traces,
  collections: readonly Collection[],
): readonly Check[] {
  return collections
    .filter(({ path }) => path !== itemsPath)
    .map((each) => ({
      name: `crud ${each.path}`,
      claim: `a row of ${each.path} is created, read, found, changed and deleted`,
      look: () => whereServed(() => crud(api, traces, each)),
    }))
}

// The row is understood, and the rules of the data say no: there can be only one such row, or it needs others.
const refusedByData = 422

/** Not installed, not this one's to write, written elsewhere, or gone. */
const notServed: ReadonlySet<unknown> = new Set([
  'API.SYSTEM_NOT_INSTALLED',
  'API.FORBIDDEN',
  'API.TARGET_FOLLOWS',
  'API.TARGET_NOT_WRITTEN',
  'API.LEGACY_GONE',
])

async function whereServed(steps: () => Promise<Found>): Promise<Found> {
  try {
    return await steps()
  } catch (error) {
    if (!isFailure(error, errors.API_REFUSED.code)) throw error
    const { code, call, status } = error.values
    if (notServed.has(code)) return { notApplicable: error.message }
    const isMade = typeof call === 'string' && call.startsWith('POST ')
    if (isMade && status === refusedByData)
      return { notApplicable: `its list is answered; a row like the first one cannot be: ${error.message}` }
    throw error
  }
}

async function crud(api: ApiClient, traces: Traces, collection: Collection): Promise<Found> {
  const { path, field } = collection
  const { title } = traces
  const body = await bodyFor(api, collection, title)
  traces.touch(collection)
  const made = await api.need(`POST ${path}`, { body })
  const one = `${path}/${encodeURIComponent(keyIn(made.body))}`
  const read = await api.need(`GET ${one}`)
  const listed = await api.need(`GET ${path}?${field}=${encodeURIComponent(title)}`)
  // Still found by its mark, should the rest not come to its end.
  const ifMatch = read.headers.get('etag') ?? '*'
  const changed = await api.need(`PATCH ${one}`, { ifMatch, body: { [field]: `${title}!` } })
  const back = await api.need(`PATCH ${one}`, {
    ifMatch: changed.headers.get('etag') ?? '*',
    body: { [field]: title },
  })
  const removed = await removeRow(api, collection, keyIn(made.body))
  const gone = await api.ask(`GET ${one}`)
  return judged([
    ['the row that was created is read', textIn(read.body, field) === title],
    ['a list finds it', idsIn(listed.body).includes(keyIn(made.body))],
    ['a change is answered with what was changed', textIn(changed.body, field) === `${title}!`],
    ['a second change is kept', textIn(back.body, field) === title],
    ['it is deleted', removed.status < 300],
    ['what was deleted is gone', gone.status === 404],
  ])
}
