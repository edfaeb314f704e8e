import { errors } from '../errors.ts'

export interface ApiTarget {
  /** Where the API listens: `https://api.example.com`. */
  readonly url: string
  /** Sent as a bearer token. */
  readonly token?: string | undefined
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON, otherwise the text. */
  readonly body: unknown
}

interface AskOptions {
  readonly body?: object
  /** The version that is meant, as an `etag` says it. */
  readonly ifMatch?: string
}

export interface ApiClient extends ApiTarget {
  /** Asks, and gives whatever the API answers. Errors: CLI.API_UNREACHABLE. */
  ask(call: string, options?: AskOptions): Promise<ApiAnswer>
  /** Asks for something that must succeed. Errors: CLI.API_UNREACHABLE, CLI.API_REFUSED. */
  need(call: string, options?: AskOptions): Promise<ApiAnswer>
}

const timeoutMs = 30_000

/** Talks to a running API. A call is written `GET /livez`. Errors: CLI.API_URL_INVALID. */
export function createApiClient({ url, token }: ApiTarget): ApiClient {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw errors.API_URL_INVALID({ url })
  const base = url.replace(/\/+$/, '')
  const ask: ApiClient['ask'] = async (call, { body, ifMatch } = {}) => {
    const [method = 'GET', path = '/'] = call.split(' ')
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      return { status: response.status, headers: response.headers, body: parsed(await response.text()) }
    } catch (error) {
      throw errors.API_UNREACHABLE({ url: base, said: saidBy(error) }, { cause: error })
    }
  }
  const need: ApiClient['need'] = async (call, options) => {
    const answer = await ask(call, options)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw errors.API_REFUSED({
      call,
      status: answer.status,
      code: textIn(answer.body, 'code') ?? null,
      said: problemText(answer.body),
    })
  }
  return { url: base, token, ask, need }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What a problem document says, or the begin of whatever came. */
function problemText(body: unknown): string {
  const [said] = ['detail', 'title'].flatMap((name) => textIn(body, name) ?? [])
  const text = [textIn(body, 'code') ?? [], said ?? []].flat().join(': ')
  return text === '' ? JSON.stringify(body).slice(0, 200) : text.replace(/\.$/, '')
}

/** The text of a field, where there is one. */
export function textIn(body: unknown, name: string): string | undefined {
  const value = valueIn(body, name)
  return typeof value === 'string' ? value : undefined
}

/** The value of a field of whatever came over the network. */
export function valueIn(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined
}

// Node says "fetch failed" and keeps the reason.
function saidBy(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof AggregateError) return cause.errors.map(saidBy).join('; ')
  if (cause instanceof Error) return cause.message
  return error instanceof Error ? error.message : String(error)
}
