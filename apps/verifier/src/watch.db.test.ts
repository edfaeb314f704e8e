import { setTimeout as sleep } from 'node:timers/promises'
import type { Activity } from '@changeover/migration'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
})
afterEach(() => cli.close())

test('where nothing is under way it says so, and ends', async () => {
  expect(await cli.run(['watch'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('not installed'),
  })
  await cli.run(['install'])
  const { code, stdout } = await cli.run(['watch'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^crm, in legacy-only\nNothing is under way\.\n$/)
})

test('a backfill of another process is followed to its end, with rows, rate and the time left', async () => {
  await cli.pool.query(
    `insert into customer (name, grade) select 'more ' || n, 'gold' from generate_series(1, 400) as n`,
  )
  await cli.run(['install'])
  await cli.run(['phase', 'advance'])
  const gate = await halting(['100', '200', '300'])
  const filling = cli.start(['backfill', '--batch-rows', '20', '--max-speed'])
  await gate.waits()
  const watching = cli.start(['watch', '--json'])
  while (!watching.said.stderr.includes('Customer')) await sleep(20)
  for (let halts = 3; halts > 0; halts--) {
    await sleep(1_200)
    await gate.open()
    if (halts > 1) await gate.waits()
  }
  expect((await filling.ended).code).toBe(0)
  const { code, stdout, stderr } = await watching.ended
  expect(code).toBe(0)
  expect(stderr).toMatch(/^Customer {2}\d+\.\d % {2}\d+ of \d+ rows/m)
  expect(stderr).toMatch(/rows\/s {2}.*left/)
  const { result }: { result: Activity } = JSON.parse(stdout)
  expect(result).toMatchObject({ isBusy: false, phase: 'legacy-leads' })
  expect(result.mappings.map(({ mapping, state, percent }) => [mapping, state, percent])).toEqual([
    ['Customer', 'done', 100],
    ['Invoice', 'done', 100],
  ])
})

test('a transition of another process is shown with its step, and Ctrl-C ends the watching alone', async () => {
  await cli.run(['install'])
  const writer = await cli.pool.connect()
  await writer.query('begin; select count(*) from customer')
  const moving = cli.start(['phase', 'advance', '--reason', 'a test'])
  const watching = cli.start(['watch'])
  while (!watching.said.stderr.includes('legacy-only → legacy-leads: flipped')) await sleep(20)
  watching.interrupt()
  const seen = await watching.ended
  expect(seen.stdout).toMatch(/Transition legacy-only → legacy-leads: flipped, by .* \(a test\)/)
  await writer.query('rollback')
  writer.release()
  expect((await moving.ended).code).toBe(0)
})

/** Makes the write of these customers wait, one after the other, each until it is opened. */
async function halting(customers: readonly string[]) {
  await cli.pool.query(
    `create function halt() returns trigger language plpgsql as $$ begin
       if new.data ->> 'customer_id' in (${customers.map((each) => `'${each}'`).join()}) then
         perform pg_advisory_xact_lock((new.data ->> 'customer_id')::bigint); end if;
       return new; end $$;
     create trigger halt before insert on party for each row execute function halt()`,
  )
  const client = await cli.pool.connect()
  for (const each of customers) await client.query('select pg_advisory_lock($1::bigint)', [each])
  const left = [...customers]
  return {
    async open() {
      await client.query('select pg_advisory_unlock($1::bigint)', [left.shift()])
      if (left.length === 0) client.release()
    },
    async waits() {
      const waiting = () =>
        cli.pool.query(
          `select from pg_locks where locktype = 'advisory' and objid = $1::bigint::oid and not granted
             and database = (select oid from pg_database where datname = current_database())`,
          [left[0]],
        )
      while ((await waiting()).rowCount === 0) await sleep(20)
    },
  }
}
