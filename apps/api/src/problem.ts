import { refusalIn } from '@changeover/dual-write'
import { causesOf, type Failure, isFailure } from '@changeover/errors'
import { errors as databaseErrors, toFailure } from '@changeover/database'
import { toProxyFailure } from '@changeover/proxies'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { errors } from './errors.ts'
import { statusOf } from './status-of.ts'

/** An answer that says what went wrong. Source: RFC 9457, with the code and the fix of the failure beside. */
interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: string
  readonly fix: string
  readonly retriable: boolean
}

/** The schema of {@link ProblemDocument} for the OpenAPI document. */
export const problemSchema = {
  $id: 'Problem',
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'fix', 'retriable'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'The id of the request, as in the log.' },
    code: { type: 'string', description: 'Stable; see docs/errors.md.' },
    fix: { type: 'string' },
    retriable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
  },
} as const

/** Answers a thrown error as problem+json. A bug tells nothing of itself but the id under which it was logged. */
export function answerProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureOf(error)
  const status = statusOfHttp(error) ?? (failure === undefined ? 500 : statusOf(failure))
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  if (status === 503) void reply.header('retry-after', '1')
  void reply
    .code(status)
    .type('application/problem+json')
    .send(documentOf(request, status, failure))
}

/** Answers a path that is not there. */
export function answerUnknownRoute(request: FastifyRequest, reply: FastifyReply): void {
  const failure = errors.ROUTE_UNKNOWN({ method: request.method, path: request.url.split('?')[0] ?? '' })
  void reply
    .code(404)
    .type('application/problem+json')
    .send(documentOf(request, 404, failure))
}

/** The failure behind an error of ours, of Fastify's validation, of a trigger, or of the database; undefined for a bug. */
function failureOf(error: FastifyError): Failure | undefined {
  if (error.validation !== undefined)
    return errors.REQUEST_INVALID({ where: error.validationContext ?? 'body', said: saidOf(error) })
  const status = statusOfHttp(error)
  if (status === 429) return errors.TOO_MANY_REQUESTS({ said: error.message })
  if (status === 503) return errors.OVERLOADED()
  if (status !== undefined) return errors.REQUEST_INVALID({ where: 'form', said: error.message })
  const chain = [error, ...causesOf(error)]
  const failure =
    chain.find((each): each is Failure & FastifyError => isFailure(each)) ??
    toProxyFailure(error) ??
    refusalIn(error) ??
    chain.flatMap((each) => (isOfServer(each) ? [toFailure(each)] : []))[0]
  return isFailure(failure, databaseErrors.CONSTRAINT_VIOLATED.code) ? withoutNames(failure) : failure
}

/** What a constraint refuses, without the names of tables, which are others in another phase. */
function withoutNames(failure: Failure): Failure {
  const why = brokenBy[String(failure.values['sqlState'])] ?? 'it breaks a rule of the database'
  return errors.ROW_REFUSED({ why }, { cause: failure })
}

const brokenBy: Readonly<Record<string, string>> = {
  '23502': 'a value is missing',
  '23503': 'it refers to what is not there, or something refers to it',
  '23505': 'there is another one of the same key',
  '23514': 'a value is none of those that may be',
}

/** Ajv's message, with the place it speaks of. */
function saidOf({ validation = [], message }: FastifyError): string {
  const [first] = validation
  if (!first) return message
  const unknown = first.params['additionalProperty']
  const place = first.instancePath.slice(1).replaceAll('/', '.')
  return [place, first.message, typeof unknown === 'string' ? `(${unknown})` : ''].filter(Boolean).join(' ')
}

/** Whether a driver brought it: it has an SQLSTATE. */
function isOfServer(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code } = error as { code?: unknown } // an absent code reads as undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
}

/** The status that Fastify or one of its plugins gave the error itself. */
function statusOfHttp({ statusCode }: FastifyError): number | undefined {
  return statusCode !== undefined && statusCode >= 400 && statusCode !== 500 ? statusCode : undefined
}

function documentOf(request: FastifyRequest, status: number, failure: Failure | undefined): ProblemDocument {
  const bug = {
    code: 'API.BUG',
    message: 'Something went wrong on our side.',
    fix: 'Report it with the instance.',
    retriable: false,
  }
  const { code, message, fix, retriable } = failure ?? bug
  return {
    type:
      failure === undefined ? 'about:blank' : `/docs/errors#${code.toLowerCase().replace(/[^a-z_]/g, '')}`,
    title: code,
    status,
    detail: message,
    instance: request.id,
    code,
    fix,
    retriable,
  }
}
