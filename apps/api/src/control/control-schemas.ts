import { phaseNames, gates } from '@changeover/rollout'
import { problems } from '../documented.ts'
import type { Schema } from '../resource/property-schema.ts'

/** What every operation of the control plane says of itself. */
export function described(
  summary: string,
  parts: { readonly response: object } & Readonly<Record<string, object>>,
) {
  const { response, ...rest } = parts
  return {
    tags: ['control'],
    summary,
    ...rest,
    response: { ...response, ...problems },
  }
}

/** Data of a package, as its types describe it. */
const open = (title: string, description: string): Schema => ({
  title,
  description,
  type: 'object',
  additionalProperties: true,
})
const text = { type: 'string' }
const nullable = (schema: Schema) => ({ anyOf: [schema, { type: 'null' }] })
const time = { type: 'string', format: 'date-time' }

export const migrationParams = {
  type: 'object',
  required: ['migration'],
  properties: {
    migration: { ...text, pattern: '^[a-z][a-z0-9-]{0,62}$', examples: ['work-items'] },
  },
}

export const numberedParams = {
  type: 'object',
  required: ['migration', 'id'],
  properties: { ...migrationParams.properties, id: { ...text, pattern: '^[0-9]{1,18}$' } },
}

const reason = { ...text, minLength: 1, maxLength: 500, description: 'Why, for the audit trail.' }
const epoch = { ...text, pattern: '^[0-9]{1,18}$' }
const pace = {
  batchRows: { type: 'integer', minimum: 1, maximum: 100_000, description: 'Rows of a batch at most.' },
  pauseMs: {
    type: 'integer',
    minimum: 0,
    maximum: 3_600_000,
    description: 'Rest between two batches at least.',
  },
  speed: {
    ...text,
    enum: ['yielding', 'full'],
    description:
      'yielding (unless given) rests while others are at work on the server; full rests for nobody.',
  },
}
const moveSettings = {
  to: { ...text, enum: phaseNames, description: 'The neighbouring phase unless given.' },
  waive: {
    type: 'array',
    items: { ...text, enum: Object.keys(gates) },
    maxItems: Object.keys(gates).length,
    description: 'Gates to pass although they are closed.',
  },
  emergency: { type: 'boolean', description: 'Pass every gate that may be waived.' },
}

export const moveBody = body('move', ['reason', 'expectedEpoch'], {
  reason,
  expectedEpoch: { ...epoch, description: 'Of the phase that was looked at: refused when it has moved on.' },
  ...moveSettings,
})
export const planBody = body('move to plan', [], moveSettings)
export const backfillBody = body('backfill', ['reason'], {
  reason,
  ...pace,
  restart: { type: 'boolean', description: 'Begin at the first row again.' },
})
export const retuneBody = body('pace', ['reason'], { reason, ...pace })
export const verificationBody = body('verification', ['reason'], {
  reason,
  strict: { type: 'boolean', description: 'Values that one side holds are findings too.' },
  resume: { ...text, pattern: '^[0-9]{1,18}$', description: 'The number of an interrupted one.' },
})
export const reasonBody = body('reason', ['reason'], { reason })

function body(title: string, required: readonly string[], properties: object) {
  return { title, type: 'object', additionalProperties: false, required, properties }
}

export const job = {
  title: 'job',
  type: 'object',
  required: ['id', 'migration', 'kind', 'by', 'reason', 'state', 'startedAt', 'endedAt', 'pace'],
  properties: {
    id: { ...text, format: 'uuid' },
    migration: text,
    kind: { ...text, enum: ['backfill', 'verification', 'fix', 'install'] },
    by: text,
    reason: text,
    state: { ...text, enum: ['running', 'stopping', 'done', 'stopped', 'failed'] },
    startedAt: time,
    endedAt: nullable(time),
    pace: nullable({ type: 'object', properties: pace }),
    progress: nullable(open('progress', 'Of the engine.')),
    outcome: nullable(open('outcome', 'Of the engine.')),
    failure: nullable(open('failure', 'With code, message and fix.')),
  },
}

export const summary = {
  title: 'migration',
  type: 'object',
  required: ['migration', 'phase', 'epoch', 'job'],
  properties: {
    migration: text,
    phase: { ...nullable({ ...text, enum: phaseNames }), description: 'Null where it is not installed.' },
    epoch: nullable(epoch),
    job: nullable(job),
  },
}

export const status = {
  title: 'status',
  type: 'object',
  required: ['migration', 'status', 'phase', 'job'],
  properties: {
    migration: text,
    status: open(
      'status',
      'What is installed, backfill, last verification and drift over time, the last rehearsal, health with its reasons, shadow reads, and what comes next.',
    ),
    phase: nullable(open('phase', 'The stored phase, live instances, open transition, possible moves.')),
    job: nullable(job),
  },
}

export const undone = open(
  'undone fix',
  'How many rows are as they were before, and which were left, and why.',
)

export const moved = open(
  'move',
  'The phase now, whether it changed, what each gate said, and what legacy was given.',
)
export const planned = open('plan', 'The arrow, what each gate says, the steps; of a way back the rehearsal.')

export const pastVerification = {
  title: 'past verification',
  type: 'object',
  required: ['id', 'verdict', 'startedAt', 'finishedAt', 'rows', 'wrongRows', 'heldRows'],
  properties: {
    id: text,
    verdict: { ...text, enum: ['consistent', 'findings', 'inconclusive'] },
    startedAt: time,
    finishedAt: time,
    rows: { type: 'integer' },
    wrongRows: { type: 'integer' },
    heldRows: { type: 'integer' },
  },
}

export const findingPage = {
  title: 'findings',
  type: 'object',
  required: ['findings', 'kept', 'omitted'],
  properties: {
    findings: { type: 'array', items: open('finding', 'Mapping, key, field, and both values.') },
    kept: { type: 'integer', description: 'How many can be paged through.' },
    omitted: { type: 'integer', description: 'How many more there were.' },
  },
}

export const audited = {
  title: 'audit entry',
  type: 'object',
  required: ['id', 'at', 'what', 'by', 'databaseUser', 'reason', 'details'],
  properties: {
    id: { ...text, examples: ['phase-7'] },
    at: time,
    what: { ...text, description: '`flip` and `stored` of the phase, or an operation.' },
    by: text,
    databaseUser: text,
    reason: text,
    details: open('details', 'Of the phase: from, to, epoch, what each gate said.'),
  },
}

const count = { ...text, pattern: '^([1-9][0-9]{0,2}|1000)$' }
export const archived = {
  title: 'archived table',
  type: 'object',
  required: ['schema', 'table', 'archiveSchema', 'state', 'at', 'by'],
  additionalProperties: true,
  properties: {
    schema: text,
    table: text,
    archiveSchema: text,
    state: { ...text, enum: ['archived', 'restored', 'dropped'] },
    at: time,
    by: text,
  },
}
export const auditQuery = query({
  limit: { ...count, default: '100' },
  before: {
    ...text,
    pattern: '^(phase|operation)-[0-9]{1,18}$',
    examples: ['phase-7'],
    description: 'The last entry of the page before.',
  },
})
export const limitQuery = query({ limit: { ...count, default: '100' } })
export const pageQuery = query({
  limit: { ...count, default: '100' },
  offset: { ...text, pattern: '^[0-9]{1,9}$', default: '0' },
})
export const eventsQuery = query({ migration: migrationParams.properties.migration })
export const eventsHeaders = {
  type: 'object',
  properties: {
    'last-event-id': { ...text, description: 'What was seen last: what came since is told first.' },
  },
}
export const eventStream = {
  description:
    'Server-sent events: `job`, `progress`, `phase`, and `reset` where what was missed is not known any more.',
  content: {
    'text/event-stream': { schema: text, example: 'event: job\ndata: {"migration":"work-items"}\n\n' },
  },
}

function query(properties: object) {
  return { type: 'object', additionalProperties: false, properties }
}
