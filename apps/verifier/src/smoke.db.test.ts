import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckResult } from '@changeover/migration'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningApi, startApi } from './running-api.fixture.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const traces = async () => {
  const { rows } = await api.pool.query(`select id from work_item where title like 'changeover smoke %'`)
  return rows
}
const target = () => ['--url', api.url, '--token', api.token]
const smoke = async (environment = {}) => {
  const { code, stdout } = await api.run(['smoke', 'work-items', ...target(), '--json'], environment)
  const { result }: { result: { checks: readonly CheckResult[] } } = JSON.parse(stdout)
  const failed = result.checks.filter(({ outcome }) => outcome === 'fail')
  return { code, checks: result.checks, failed: failed.map(({ name }) => name), failures: failed }
}

test('a sound API passes every check, and nothing is left behind', async () => {
  const { code, checks: all } = await smoke({
    USE_WORKITEM_MODEL: '1',
    DUAL_WRITE_ENABLED: '1',
    LEGACY_MODELS_READONLY: '1',
  })
  // Of the other systems none is installed here.
  const checks = all.filter(({ outcome }) => outcome !== 'not-applicable')
  expect(checks.map(({ name, outcome, problems }) => ({ name, outcome, problems }))).toEqual(
    [
      'api-flags',
      'crud',
      'hierarchy',
      'calendar-follows',
      'crud /api/staff-tasks',
      'crud /api/events',
      'calendar',
      'cleaned-up',
    ].map((name) => ({ name, outcome: 'pass', problems: [] })),
  )
  expect(all.filter(({ name }) => name.startsWith('crud /api/')).length).toBeGreaterThan(6)
  expect(code).toBe(0)
  expect(await traces()).toEqual([])
})

test('flags that mean another phase than that of the API are found', async () => {
  const { code, failed } = await smoke({ DUAL_WRITE_ENABLED: '1' })
  expect({ code, failed }).toEqual({ code: 4, failed: ['api-flags'] })
})

test('what a failing check has made is taken away as well', async () => {
  await api.pool.query(
    `create function no_child() returns trigger language plpgsql as $$ begin
       if new.parent_id is not null and new.title like 'changeover smoke %' then raise 'no child today'; end if;
       return new; end $$;
     create trigger no_child before update on work_item for each row execute function no_child()`,
  )
  const { code, failed } = await smoke()
  await api.pool.query('drop function no_child cascade')
  expect({ code, failed }).toEqual({ code: 4, failed: ['hierarchy'] })
  expect(await traces()).toEqual([])
})

test('an operation of one collection that breaks is found, and what it left is taken away', async () => {
  await api.pool.query(
    `create function no_change() returns trigger language plpgsql as $$ begin
       if new.title like 'changeover smoke %!' then raise 'no change today'; end if; return new; end $$;
     create trigger no_change before update on work_item for each row execute function no_change()`,
  )
  const { code, failed } = await smoke()
  await api.pool.query('drop function no_change cascade')
  expect({ code, failed }).toEqual({ code: 4, failed: ['crud /api/staff-tasks', 'crud /api/events'] })
  expect(await traces()).toEqual([])
})

test('what cannot be taken away is named with the command that does', async () => {
  await api.pool.query(
    `create function keep() returns trigger language plpgsql as $$ begin
       if old.title like 'changeover smoke %' then raise 'it stays'; end if; return old; end $$;
     create trigger keep before delete on work_item for each row execute function keep()`,
  )
  const { failures } = await smoke()
  await api.pool.query(
    `drop function keep cascade; delete from work_item where title like 'changeover smoke %'`,
  )
  const left = failures.find(({ name }) => name === 'cleaned-up')
  expect(left?.problems.length).toBeGreaterThan(0)
  expect(left?.problems[0]?.fix).toMatch(/curl -X DELETE .*\/api\/work-items\/[0-9a-f-]{36}/)
})

test('Ctrl-C ends it, and nothing is left behind', async () => {
  await api.pool.query(
    `create function wait() returns trigger language plpgsql as $$ begin
       if new.work_type = 'subtask' and new.title like 'changeover smoke %' then perform pg_advisory_xact_lock(815); end if;
       return new; end $$;
     create trigger wait before insert on work_item for each row execute function wait()`,
  )
  const holder = await api.pool.connect()
  await holder.query('select pg_advisory_lock(815)')
  const child = api.start(['smoke', 'work-items', ...target()])
  for (let waiting = 0; waiting === 0; ) {
    const { rowCount } = await api.pool.query(
      `select from pg_locks where locktype = 'advisory' and objid = 815 and not granted`,
    )
    waiting = rowCount ?? 0
  }
  child.interrupt()
  while (!child.said.stderr.includes('Stopping')) await sleep(20)
  await holder.query('select pg_advisory_unlock(815)')
  holder.release()
  const ended = await child.ended
  await api.pool.query('drop function wait cascade')
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI.INTERRUPTED') })
  expect(await traces()).toEqual([])
})

test('a wrong token is told so, and an API that does not answer as well', async () => {
  const wrong = await api.run(['smoke', 'work-items', '--url', api.url, '--token', 'wrong'])
  expect(wrong.code).toBe(4)
  expect(wrong.stdout).toMatch(/CLI\.API_REFUSED: .* 401.*\n {6}Fix: Give a token/)
  const gone = await api.run(['smoke', 'work-items', '--url', 'http://127.0.0.1:9'])
  expect(gone.stdout).toMatch(/CLI\.API_UNREACHABLE: No API answers at http:\/\/127\.0\.0\.1:9/)
})

test('preflight asks the API for its phase, its calendar and its locks', async () => {
  const args = ['preflight', 'work-items', '--profile', 'production', ...target(), '--json']
  const { stdout } = await api.run(args, {
    USE_WORKITEM_MODEL: '1',
    DUAL_WRITE_ENABLED: '1',
    LEGACY_MODELS_READONLY: '1',
  })
  const { result }: { result: { checks: readonly CheckResult[] } } = JSON.parse(stdout)
  const outcomes = Object.fromEntries(result.checks.map(({ name, outcome }) => [name, outcome]))
  expect(outcomes).toMatchObject({ 'api-flags': 'pass', calendar: 'pass', 'api-secured': 'pass' })
})
