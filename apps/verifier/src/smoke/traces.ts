import { setTimeout } from 'node:timers/promises'
import { type ApiAnswer, type ApiClient, textIn } from '../api/api-client.ts'
import { errors } from '../errors.ts'
import { idsIn } from './judged.ts'

/** Where rows are, and the field by which ours are known. */
export interface Place {
  readonly path: string
  readonly field: string
}

export const itemsPath = '/api/work-items'
export const workItems: Place = { path: itemsPath, field: 'title' }

/** What a smoke test has made on a running API. */
export interface Traces {
  /** The title of everything that it makes: by it is found even what was made without an answer. */
  readonly title: string
  /** Makes a work item, and gives its id. */
  make(workType: string, more?: object): Promise<string>
  /** Says that something is about to be made elsewhere. */
  touch(place: Place): void
  /** Where something may have been made. */
  readonly touched: readonly Place[]
}

export function createTraces(api: ApiClient, mark: string): Traces {
  const title = `changeover smoke ${mark}`
  const touched: Place[] = [workItems]
  return {
    title,
    touched,
    touch: (place) => void touched.push(place),
    async make(workType, more = {}) {
      const { body } = await api.need(`POST ${itemsPath}`, { body: { workType, title, ...more } })
      return textIn(body, 'id') ?? ''
    },
  }
}

// What came in late, or was refused by an API that was busy for a moment, goes in a later pass.
const passes = 5
const restMs = 1_000

/**
 * Takes away whatever is marked so at one place. Gives what is still there, with what the API said of it.
 *
 * Errors: CLI.API_UNREACHABLE, CLI.API_REFUSED where it cannot be listed.
 */
export async function removeTraces(api: ApiClient, place: Place, title: string) {
  let refused: readonly { id: string; status: number }[] = []
  for (let pass = 0; pass < passes; pass++) {
    if (pass > 0) await setTimeout(restMs)
    const listed = await api.ask(listCall(place, title))
    if (isBusy(listed.status) && pass < passes - 1) continue
    const { body } = listed.status < 300 ? listed : await api.need(listCall(place, title))
    const ids = idsIn(body)
    refused = []
    if (ids.length === 0) break
    for (const id of ids) {
      const { status } = await removeRow(api, place, id)
      if (status >= 300 && status !== 404) refused = [...refused, { id, status }]
    }
  }
  return refused.map((each) => errors.SMOKE_LEFT.problem({ url: `${api.url}${place.path}`, ...each }))
}

function listCall({ path, field }: Place, title: string): string {
  return `GET ${path}?${field}=${encodeURIComponent(title)}&limit=100`
}

function isBusy(status: number): boolean {
  return status === 429 || status === 503
}

/** Deletes the version that is there now. */
export async function removeRow(api: ApiClient, { path }: Place, id: string): Promise<ApiAnswer> {
  const one = `${path}/${encodeURIComponent(id)}`
  const { headers } = await api.ask(`GET ${one}`)
  return api.ask(`DELETE ${one}`, { ifMatch: headers.get('etag') ?? '*' })
}
