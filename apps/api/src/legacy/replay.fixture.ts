import type { SampleSystem } from '@changeover/migration'
import type { Api } from '../index.ts'

/** A system with what its legacy clients do. */
export interface Replayed {
  readonly system: SampleSystem
  /** Each leaves behind what it found. */
  readonly scripts: readonly Script[]
  /** New rows must refer to rows that have a twin, so the old ones are brought over first. */
  readonly isFilledFirst?: boolean
  /** Whether an operation must be in a script. */
  isCovered(operation: { readonly path: string; readonly deprecated?: boolean }): boolean
}

export interface Script {
  readonly name: string
  readonly steps: readonly Step[]
  /** What of an answer is new each time, besides keys, times of now and ids of requests. */
  readonly isNew?: RegExp
}

interface Step {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `{key}` stands for the key of the row that the script has made; `{item}` for each in the last list, one after the other. */
  readonly url: string
  readonly body?: object
}

/** What clients of a legacy entity do with it. */
export function rowScript(
  path: string,
  given: { readonly create: object; readonly change: object; readonly wrong: object; readonly find: string },
): Script {
  const { create, change, wrong, find } = given
  return {
    name: path,
    steps: [
      { name: 'a page', method: 'GET', url: `${path}?limit=20&sort=-id&offset=3` },
      { name: 'a filtered page', method: 'GET', url: `${path}?${find}` },
      { name: 'made', method: 'POST', url: path, body: create },
      { name: 'read', method: 'GET', url: `${path}/{key}` },
      { name: 'found by a filter', method: 'GET', url: `${path}?${find}` },
      { name: 'changed', method: 'PATCH', url: `${path}/{key}`, body: change },
      { name: 'a wrong value', method: 'PATCH', url: `${path}/{key}`, body: wrong },
      { name: 'an unknown field', method: 'POST', url: path, body: { ...create, colour: 'red' } },
      { name: 'deleted', method: 'DELETE', url: `${path}/{key}` },
      { name: 'read after that', method: 'GET', url: `${path}/{key}` },
      { name: 'a wrong key', method: 'GET', url: `${path}/nonsense` },
      { name: 'an unknown filter', method: 'GET', url: `${path}?colour=red` },
    ],
  }
}

interface Answer {
  readonly name: string
  readonly status: number
  readonly body: unknown
}

/** Status and body of each answer, without what is new each time. */
export async function play(app: Api, { steps, isNew }: Script): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  let key = ''
  let items: readonly string[] = []
  for (const { name, method, url, body } of steps) {
    const urls = url.includes('{item}') ? items.map((item) => url.replace('{item}', item)) : [url]
    for (const each of urls) {
      const answer = await app.inject({
        method,
        url: each.replace('{key}', key),
        ...(body && { payload: body }),
      })
      const text = answer.body === '' ? 'null' : answer.body
      const { id, items: listed } = (JSON.parse(text) ?? {}) as { id?: string; items?: { id: string }[] }
      if (name === 'made') key = id ?? ''
      if (listed !== undefined) items = listed.map((item) => item.id)
      const plain = neutral(isNew === undefined ? text : text.replaceAll(isNew, '"new"'), key)
      answers.push({ name, status: answer.statusCode, body: JSON.parse(plain) })
    }
  }
  return answers
}

const year = new Date().getFullYear()
const ofNow = new RegExp(`"(createdAt|updatedAt)":"(?:${year}|${year + 1})-[^"]+"`, 'g')

function neutral(text: string, key: string): string {
  const plain = text.replaceAll(/"instance":"[^"]+"/g, '"instance":"…"').replaceAll(ofNow, '"$1":"now"')
  return key === '' ? plain : plain.replaceAll(`"${key}"`, '"key"').replaceAll(` ${key}.`, ' key.')
}
