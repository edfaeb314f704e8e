import { setTimeout } from 'node:timers/promises'
import { type ApiAnswer, type ApiClient, textIn, valueIn } from '../api/api-client.ts'
import { listOf } from '../api/list-of.ts'
import { errors } from '../errors.ts'

/** Where work items are; the smoke test knows no others. */
export const itemsPath = '/api/work-items'

/** What a smoke test has made on a running API. */
export interface Traces {
  /** The title of everything that it makes: by it is found even what was made without an answer. */
  readonly title: string
  /** Makes a work item, and gives its id. */
  make(workType: string, more?: object): Promise<string>
}

export function createTraces(api: ApiClient, mark: string): Traces {
  const title = `changeover smoke ${mark}`
  return {
    title,
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
 * Takes away whatever has that title. Gives what is still there, with what the API said of it.
 *
 * Errors: CLI.API_UNREACHABLE, CLI.API_REFUSED where it cannot be listed.
 */
export async function removeTraces(api: ApiClient, title: string) {
  let refused: readonly { id: string; status: number }[] = []
  for (let pass = 0; pass < passes; pass++) {
    if (pass > 0) await setTimeout(restMs)
    const listed = await api.ask(listCall(title))
    if (isBusy(listed.status) && pass < passes - 1) continue
    const ids = idsOf(listed.status < 300 ? listed : await api.need(listCall(title)))
    refused = []
    if (ids.length === 0) break
    for (const id of ids) {
      const { status } = await removeItem(api, id)
      if (status >= 300 && status !== 404) refused = [...refused, { id, status }]
    }
  }
  return refused.map((each) => errors.SMOKE_LEFT.problem({ url: `${api.url}${itemsPath}`, ...each }))
}

function listCall(title: string): string {
  return `GET ${itemsPath}?title=${encodeURIComponent(title)}&limit=100`
}

function idsOf({ body }: { readonly body: unknown }): readonly string[] {
  return listOf(valueIn(body, 'items')).flatMap((item) => textIn(item, 'id') ?? [])
}

function isBusy(status: number): boolean {
  return status === 429 || status === 503
}

/** Deletes the version that is there now. */
export async function removeItem(api: ApiClient, id: string): Promise<ApiAnswer> {
  const { headers } = await api.ask(`GET ${itemsPath}/${id}`)
  return api.ask(`DELETE ${itemsPath}/${id}`, { ifMatch: headers.get('etag') ?? '*' })
}
