import { systems } from '@changeover/systems'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import type { Known } from './arbitrary-of.fixture.ts'
import { type JsonSchema, type NamedOperation, operationsOf } from './document.fixture.ts'
import { invalidRequests, type Request, validRequests } from './requests.fixture.ts'

const seconds = Number(process.env['CHANGEOVER_SOAK_SECONDS'] ?? 5)
const seed = Number(process.env['CHANGEOVER_SEED'] ?? Date.now() % 2_147_483_647)

let api: RunningApi
let operations: readonly NamedOperation[]
let seen: Known
const ajv = new Ajv2020({ strict: false, validateFormats: true })
beforeAll(async () => {
  formats.default(ajv)
  api = await startApi({ systems })
  const document = (await api.app.inject('/openapi.json')).json<Document>()
  for (const [name, schema] of Object.entries(document.components.schemas))
    ajv.addSchema(schema, `#/components/schemas/${name}`)
  operations = operationsOf(document).filter((each) => !isStream(each))
  await api.go('legacy-leads')
  await api.fill()
  seen = await look()
})
afterAll(() => api.close())

/** A stream does not end by itself. */
function isStream({ operation }: NamedOperation): boolean {
  return operation.responses['200']?.content?.['text/event-stream'] !== undefined
}

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** What moves a phase or starts a job is only asked what it must refuse, since the rest of this suite goes by the phase. */
function movesPhases({ method, path }: NamedOperation): boolean {
  return path.startsWith('/control') && method !== 'get'
}

/** Texts that lists show, by the name of the field; and keys by the path of the list. */
async function look(): Promise<Known> {
  const found = new Map<string, Set<string>>()
  const add = (name: string, text: unknown) => {
    if (typeof text !== 'string' || text.length > 40) return
    found.set(name, (found.get(name) ?? new Set()).add(text))
  }
  for (const { method, path } of operations) {
    if (method !== 'get' || path.includes('{')) continue
    const answer = await api.app.inject(`${path}?limit=20`)
    const isJson = String(answer.headers['content-type']).startsWith('application/json')
    const { items = [] } = isJson ? answer.json<{ items?: readonly object[] }>() : {}
    for (const item of items)
      for (const [name, value] of Object.entries(item)) add(name === 'id' ? path : name, value)
  }
  // What has no list.
  for (const number of [1, 2, 3])
    for (const [name, key] of [
      ['supplier', 's'],
      ['project', 'p'],
    ] as const)
      add(name, `${key}-${number}`)
  for (const type of ['tt-pa', 'tt-nmr']) add('taskType', type)
  for (const number of [1, 2, 3, 4]) add('/api/conversations', `conversation ${number}`)
  const same = {
    'supplier-tasks': '/api/v1/supplier-task-instances',
    'project-tasks': '/api/v1/project-milestone-tasks',
  }
  for (const [tasks, list] of Object.entries(same))
    for (const prefix of ['/api', '/api/v1', '/api/v2'])
      for (const key of found.get(list) ?? []) add(`${prefix}/${tasks}`, key)
  return (name) => [...(found.get(name) ?? [])]
}

/** How many requests were done as asked, and not refused. */
let tally = { done: 0 }

/** What is wrong with an answer; undefined where nothing is. */
async function objection(
  { name, payload, ...request }: Request,
  { mustRefuse, among }: Asked,
): Promise<string | undefined> {
  const counted = tally
  const answer = await api.app.inject({
    ...request,
    method: request.method as 'GET', // a method of the document
    ...(payload !== undefined && { payload }),
  })
  const { statusCode: status, body } = answer
  const told = (why: string) => `${name}: ${why}: ${status} ${body.slice(0, 600)}`
  if (status >= 500) return told('it broke')
  const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
  if (status >= 400) {
    if (type !== 'application/problem+json') return told(`a refusal as ${type}`)
    const isProblem = ajv.validate('#/components/schemas/Problem', JSON.parse(body))
    return isProblem ? undefined : told(ajv.errorsText())
  }
  if (mustRefuse) return told('it was taken')
  counted.done++
  const documented = among.find((each) => each.name === name)?.operation.responses[String(status)]
  if (documented === undefined) return told('a status that is not documented')
  const schema = documented.content?.[type]?.schema
  if (schema === undefined)
    return body === '' ? undefined : told(`a body of a type that is not documented, ${type}`)
  const value: unknown = type === 'application/json' ? JSON.parse(body) : body
  return ajv.validate(schema, value) ? undefined : told(ajv.errorsText())
}

interface Asked {
  readonly mustRefuse: boolean
  /** The operations that are asked, with what they say of themselves. */
  readonly among: readonly NamedOperation[]
}

async function fuzz(requests: (operation: NamedOperation) => fc.Arbitrary<Request>, about: Asked) {
  const { mustRefuse, among } = about
  let asked = 0
  // A request that was left under way counts for the tests it belongs to.
  tally = { done: 0 }
  const counted = tally
  const asking = among.filter((each) => mustRefuse || !movesPhases(each))
  const any = fc.oneof(...asking.map((each) => requests(each)))
  const property = fc.asyncProperty(any, async (request) => {
    asked++
    expect(await objection(request, about)).toBeUndefined()
  })
  await fc.assert(property, {
    seed,
    numRuns: 10_000_000,
    interruptAfterTimeLimit: mustRefuse ? seconds * 250 : seconds * 1000,
    endOnFailure: true,
  })
  return { asked, doneShare: counted.done / asked }
}

const timeoutMs = (seconds + 60) * 1000

describe.each(['legacy-leads', 'target-leads'] as const)(
  `requests made of the description, in %s (seed ${seed})`,
  (phase) => {
    beforeAll(() => api.go(phase), timeoutMs)

    test(
      'are never answered with a 5xx, and each answer is as described',
      async () => {
        const { asked, doneShare } = await fuzz((each) => validRequests(each, seen), {
          mustRefuse: false,
          among: operations,
        })
        expect(asked).toBeGreaterThan(50)
        expect(doneShare).toBeGreaterThan(0.2)
      },
      timeoutMs,
    )

    test(
      'are refused with a problem where one thing is wrong',
      async () => {
        const { asked, doneShare } = await fuzz((each) => invalidRequests(each, seen), {
          mustRefuse: true,
          among: operations,
        })
        expect(asked).toBeGreaterThan(50)
        expect(doneShare).toBe(0)
      },
      timeoutMs,
    )
  },
)

describe('the fuzz finds what is planted (mutation)', () => {
  const lists = (path: string) =>
    operations.filter((each) => each.method === 'get' && [path, `${path}/{id}`].includes(each.path))
  const found = (among: readonly NamedOperation[]) =>
    fuzz((each) => validRequests(each, seen), { mustRefuse: false, among })

  const because = (said: RegExp) => ({ cause: { actual: expect.stringMatching(said) } })

  test('an operation that breaks', async () => {
    await api.database.query('alter table industry rename column label to labelled')
    try {
      await expect(found(lists('/api/choices/industries'))).rejects.toMatchObject(because(/it broke: 5/))
    } finally {
      await api.database.query('alter table industry rename column labelled to label')
    }
  })

  test('an answer that is not as described', async () => {
    const path = '/api/choices/industries/{id}'
    const described = lists(path).map(({ operation, ...each }) => {
      const schema = { type: 'object', required: ['colour'] }
      const responses = { ...operation.responses, 200: { content: { 'application/json': { schema } } } }
      return { ...each, operation: { ...operation, responses } }
    })
    expect(described).toHaveLength(1)
    await expect(found(described)).rejects.toMatchObject(because(/must have required property 'colour'/))
  })

  test('a wrong request that is taken', async () => {
    const among = lists('/api/choices/industries')
    const taken = fuzz((each) => validRequests(each, seen), { mustRefuse: true, among })
    await expect(taken).rejects.toMatchObject(because(/it was taken: 200/))
  })
})
