import { movePhase, phaseOf, runVerification } from '@changeover/migration'
import type { PhaseName } from '@changeover/rollout'
import { workItems } from '@changeover/work-items'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { operationsOf } from '../openapi/document.fixture.ts'
import { roles } from '../identity/identity.ts'
import { jobEnded, operator, type Operators, operatorsOf } from './control.fixture.ts'

// Many rehearsals and verifications, perhaps on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let api: RunningApi
let operators: Operators
beforeAll(async () => {
  api = await startApi({ auth: 'tokens' })
  operators = await operatorsOf(api)
})
afterAll(() => api.close())

const reason = 'a test'
/** What only time in production gives. */
const waive = ['shadow-agrees', 'healthy']

async function move(way: 'advance' | 'rollback', to: PhaseName, rest: object = {}) {
  const ask = operator(api.app, operators.admin)
  const [{ epoch }] = await current()
  const answer = await ask('POST', `/${way}`, { reason, expectedEpoch: epoch, to, ...rest })
  expect(answer).toMatchObject({ status: 200, body: { phase: { phase: { name: to } } } })
  return answer.body
}

async function current() {
  const answer = await api.app.inject({ url: '/control/migrations', headers: operators.viewer })
  return answer.json<{ items: [{ migration: string; phase: string; epoch: string }] }>().items
}

async function finished(path: string) {
  expect(await operator(api.app, operators.admin)('POST', path, { reason })).toMatchObject({ status: 202 })
  const job = await jobEnded(api.app, operators.viewer)
  expect(job).toMatchObject({ state: 'done', failure: null, by: 'the admin' })
  return job
}

async function operations(): Promise<readonly string[]> {
  const { rows } = await api.database.query<{ what: string }>(
    'select what from changeover.operation order by id',
  )
  return rows.map(({ what }) => what)
}

test('is refused to whoever has no token or less than the role that an operation needs', async () => {
  const operations = operationsOf(api.app.swagger()).filter(({ path }) => path.startsWith('/control'))
  expect(operations).toHaveLength(19)
  const needs = new Map<string, number>()
  for (const { name, method, path } of operations) {
    const url = path
      .replace('{migration}', 'nothing')
      .replace('{id}', '1')
      .replace('/events', '/events?migration=nothing')
    const statuses = []
    for (const headers of [
      {},
      { authorization: 'Bearer guessed' },
      ...roles.map((role) => operators[role]),
    ]) {
      const payload = method === 'get' ? {} : { payload: bodyOf(path) }
      const answer = await api.app.inject({ method: method as 'GET', url, headers, ...payload }) // of the document
      statuses.push(answer.statusCode)
    }
    expect([name, ...statuses.slice(0, 2)]).toEqual([name, 401, 401])
    expect([name, statuses.at(-1)]).toEqual([
      name,
      path.includes('{') || path.endsWith('/events') ? 404 : 200,
    ])
    needs.set(name, statuses.filter((status) => status === 403).length)
  }
  const of = '/control/migrations/{migration}'
  expect(
    [...needs]
      .filter(([, refused]) => refused === 2)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual([
    `post ${of}/advance`,
    `post ${of}/fixes`,
    `post ${of}/fixes/{id}/undo`,
    `post ${of}/install`,
    `post ${of}/rollback`,
  ])
  expect(
    [...needs]
      .filter(([, refused]) => refused === 1)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual([
    `patch ${of}/backfill`,
    `post ${of}/advance/plan`,
    `post ${of}/backfill`,
    `post ${of}/pause`,
    `post ${of}/rollback/plan`,
    `post ${of}/verifications`,
  ])
})

test('refuses a move of an epoch that has moved on, and one without a reason or an epoch', async () => {
  const ask = operator(api.app, operators.admin)
  await move('advance', 'legacy-leads')
  expect(await ask('POST', '/rollback', { reason, expectedEpoch: '1' })).toMatchObject({
    status: 409,
    body: { code: 'ROLLOUT.EPOCH_MOVED', fix: expect.any(String) },
  })
  expect((await phaseOf(api.database, 'work-items'))?.phase.name).toBe('legacy-leads')
  expect(await ask('POST', '/rollback', { reason })).toMatchObject({ status: 400 })
  expect(await ask('POST', '/rollback', { expectedEpoch: '2' })).toMatchObject({ status: 400 })
})

test('(mutation) whoever does not say which epoch they looked at moves on from what others did meanwhile', async () => {
  const stale = (await current())[0].epoch
  await move('rollback', 'legacy-only')
  const ask = operator(api.app, operators.admin)
  expect(await ask('POST', '/advance', { reason, expectedEpoch: stale })).toMatchObject({ status: 409 })
  const moving = { database: api.database, migration: workItems }
  expect((await movePhase(moving, 'advance', { by: 'ada', reason })).changed).toBe(true)
})

test('findings of a verification come in pages', async () => {
  const ask = operator(api.app, operators.viewer)
  await finished('/verifications')
  const list = (await ask('GET', '/verifications')).body as unknown as {
    items: [{ id: string; wrongRows: number }]
  }
  const [{ id, wrongRows }] = list.items
  expect(wrongRows).toBe(375)
  const page = await ask('GET', `/verifications/${id}/findings?limit=2&offset=373`)
  expect(page.body).toMatchObject({
    kept: 375,
    omitted: 0,
    findings: [{ class: 'missing' }, { class: 'missing' }],
  })
  expect(await ask('GET', '/verifications/99/findings')).toMatchObject({
    status: 404,
    body: { code: 'VERIFIER.VERIFICATION_UNKNOWN' },
  })
})

test('a fix mends what differs, and is taken back', async () => {
  const ask = operator(api.app, operators.admin)
  expect(await ask('POST', '/fixes', { reason })).toMatchObject({ status: 202 })
  const { outcome } = await jobEnded(api.app, operators.viewer)
  expect(outcome).toMatchObject({ verdict: 'consistent', fixes: [{ id: expect.any(String) }] })
  const count = async () =>
    (await api.database.query<{ rows: number }>('select count(*)::int as rows from work_item')).rows[0]?.rows
  expect(await count()).toBe(375)
  const { fixes } = outcome as { fixes: [{ id: string }] }
  const undone = await ask('POST', `/fixes/${fixes[0].id}/undo`, { reason })
  expect(undone).toMatchObject({ status: 200, body: { restored: 375, left: [] } })
  expect(await count()).toBe(0)
  expect((await operations()).slice(-2)).toEqual(['fix', 'undo'])
  expect(await ask('POST', '/fixes/99/undo', { reason })).toMatchObject({ status: 404 })
})

test('what cannot be recorded is not done', async () => {
  const ask = operator(api.app, operators.operator)
  await api.database.query('alter table changeover.operation rename to elsewhere')
  const refused = await ask('POST', '/verifications', { reason })
  await api.database.query('alter table changeover.elsewhere rename to operation')
  expect(refused.status).toBe(500)
  expect((await ask('GET', '')).body).toMatchObject({ job: { kind: 'fix' } }) // no other has begun
})

test('(mutation) an operation that is done before it is recorded leaves no trace when that fails', async () => {
  const before = await operations()
  const { database } = api
  await runVerification({ database, migration: workItems, environment: {} })
  expect(await operations()).toEqual(before)
})

test('refuses a second job while one is under way, and pause and retune where none is', async () => {
  const ask = operator(api.app, operators.operator)
  for (const [method, path] of [
    ['POST', '/pause'],
    ['PATCH', '/backfill'],
  ] as const)
    expect(await ask(method, path, { reason })).toMatchObject({
      status: 409,
      body: { code: 'API.JOB_NONE' },
    })
  const slow = { reason, batchRows: 10, pauseMs: 3_600_000 }
  expect(await ask('POST', '/backfill', slow)).toMatchObject({ status: 202, body: { state: 'running' } })
  const second = await Promise.all([
    ask('POST', '/backfill', slow),
    ask('POST', '/verifications', { reason }),
  ])
  expect(second).toMatchObject([
    { status: 409, body: { code: 'API.JOB_RUNNING' } },
    { status: 409, body: { code: 'API.JOB_RUNNING' } },
  ])
  await ask('POST', '/pause', { reason })
  expect(await jobEnded(api.app, operators.viewer)).toMatchObject({ state: 'stopped' })
})
test('a backfill is retuned, paused and resumed, and ends when its phase does', async () => {
  const ask = operator(api.app, operators.operator)
  const before = await operations()
  await ask('POST', '/backfill', { reason, restart: true, batchRows: 10, pauseMs: 1 })
  const retuned = await ask('PATCH', '/backfill', { reason, pauseMs: 3_600_000 })
  expect(retuned).toMatchObject({ status: 200, body: { pace: { batchRows: 10, pauseMs: 3_600_000 } } })
  await ask('POST', '/pause', { reason })
  expect(await jobEnded(api.app, operators.viewer)).toMatchObject({ state: 'stopped' })
  expect(await ask('POST', '/backfill', { reason, batchRows: 5_000 })).toMatchObject({ status: 202 })
  const job = await jobEnded(api.app, operators.viewer)
  expect(job).toMatchObject({ state: 'done' })

  await ask('POST', '/backfill', { reason, restart: true, batchRows: 10, pauseMs: 3_600_000 })
  await vi.waitFor(async () => {
    expect((await ask('GET', '')).body).toMatchObject({ job: { progress: { rowsDone: 10 } } })
  }, 10_000)
  await move('rollback', 'legacy-only')
  await ask('PATCH', '/backfill', { reason, pauseMs: 0 })
  const stopped = await jobEnded(api.app, operators.viewer)
  expect(stopped).toMatchObject({ state: 'failed', failure: { code: 'ROLLOUT.PHASE_CHANGED' } })
  expect((await operations()).slice(before.length)).toEqual([
    'backfill',
    'retune',
    'pause',
    'backfill',
    'backfill',
    'retune',
  ])
  await expect(api.database.query('delete from changeover.operation')).rejects.toMatchObject({
    values: { sqlState: 'UC002' },
  })
})

describe('on sample data of its own', () => {
  let shared: { readonly api: RunningApi; readonly operators: Operators }
  beforeAll(async () => {
    shared = { api, operators }
    api = await startApi({ auth: 'tokens' })
    operators = await operatorsOf(api)
  })
  afterAll(async () => {
    await api.close()
    ;({ api, operators } = shared)
  })

  test('a whole changeover by HTTP alone: forward, an emergency back, forward to target-only, with every step on record', async () => {
    const ask = operator(api.app, operators.admin)
    expect(await ask('POST', '/backfill', { reason })).toMatchObject({
      status: 409,
      body: { code: 'MIGRATION.DUAL_WRITE_OFF' },
    })
    await move('advance', 'legacy-leads')
    const filled = await finished('/backfill')
    expect(filled['outcome']).toMatchObject({ quarantined: 0, dryRun: false })
    await finished('/install')
    const plan = await ask('POST', '/advance/plan', {})
    expect(plan).toMatchObject({
      status: 200,
      body: { to: 'target-leads', plan: { closed: expect.anything() } },
    })
    const [{ epoch }] = await current()
    const declined = await ask('POST', '/advance', { reason, expectedEpoch: epoch, waive })
    expect(declined).toMatchObject({ status: 409, body: { code: 'ROLLOUT.GATES_CLOSED' } })
    expect(String(declined.body['detail'])).toContain('certificate-fresh')
    await finished('/verifications')
    await move('advance', 'target-leads', { waive })
    expect((await ask('GET', '')).body).toMatchObject({
      status: { health: { score: expect.any(Number), reasons: expect.anything() }, shadow: [] },
    })
    await move('rollback', 'legacy-leads', { emergency: true })
    await finished('/verifications')
    await move('advance', 'target-leads', { waive })
    await finished('/verifications')
    const rehearsed = await ask('POST', '/rollback/plan', {})
    expect(rehearsed).toMatchObject({ status: 200, body: { rehearsal: { isComplete: true } } })
    await move('advance', 'target-only', { waive })

    const { body } = await ask('GET', '')
    expect(body).toMatchObject({
      phase: { stored: { phase: { name: 'target-only' }, epoch: '6' } },
      status: {
        verification: { verdict: 'consistent', wrongRows: 0 },
        rehearsal: { epoch: '5', ageSeconds: expect.any(Number) },
      },
    })
    const drift = await ask('GET', '/verifications')
    expect(drift.body['items']).toHaveLength(3)
    const audit = (await ask('GET', '/audit')).body as unknown as { items: { what: string; by: string }[] }
    expect(
      audit.items
        .map(({ what }) => what)
        .toReversed()
        .join(' '),
    ).toBe('stored flip backfill install verification flip flip verification flip verification flip')
    expect(audit.items.filter(({ by }) => by !== 'the admin')).toMatchObject([{ what: 'stored' }])
  })
})

/** What passes the schema of each operation, so that only the role and the migration are left to object to. */
function bodyOf(path: string): object {
  if (path.endsWith('/plan')) return {}
  return /advance|rollback/.test(path) ? { reason, expectedEpoch: '1' } : { reason }
}
