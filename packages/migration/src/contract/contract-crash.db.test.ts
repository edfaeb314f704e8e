import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isFailure } from '@changeover/errors'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from '../crm.fixture.ts'
import { contract, errors, install, phaseOf, recordRestoredBackup } from '../index.ts'
import { createShops, shops } from './shop-in-place.fixture.ts'

let fixture: CrmFixture
const query = (text: string) => fixture.database.query<Record<string, string>>(text)

beforeEach(async () => {
  fixture = await createCrm()
  await install(fixture.database, crm)
  await query(`update changeover.phase set phase = 'target-only', epoch = 4, version = 4, target_has_led = true,
    legacy_stale = true, fenced_at = clock_timestamp()`)
  await recordRestoredBackup(fixture.database, crm, { by: 'ada', note: 'dump of tonight' })
})
afterEach(() => fixture.close())

const archive = 'changeover_archive_crm_public'
const rowsOf = async (table: string) =>
  (await query(`select jsonb_agg(to_jsonb(t) order by id)::text as rows from ${table} t`)).rows[0]?.['rows']
const go = () =>
  contract(fixture.database, crm, {
    by: 'ada',
    reason: 'after it',
    confirmedName: 'crm',
    limits: { disuseSeconds: 0 },
  })
const traces = async () =>
  (
    await query(`select tgname::text as name from pg_trigger where tgname ~ 'changeover_crm'
      union all select proname::text from pg_proc where proname ~ '^(capture|sync|adopt|rekey)_crm'
      union all select relname::text from pg_class where relnamespace = to_regnamespace('changeover_legacy')`)
  ).rows.map(({ name }) => name)

const script = fileURLToPath(new URL('./contract-crash.fixture.ts', import.meta.url))

describe('FM-61 a contraction that is killed', () => {
  test.each([
    ['prepared', 'target-only'],
    ['flipped', 'contracted'],
    ['removed proxies', 'contracted'],
    ['removed dual-write', 'contracted'],
    ['archive public.customer', 'contracted'],
    ['archived', 'contracted'],
  ])(
    'at "%s" is finished by the same call, with nothing lost and nothing done twice',
    async (where, phase) => {
      const before = [await rowsOf('customer'), await rowsOf('invoice')]
      await dieAt(fixture.url, where, 'crm')
      expect((await phaseOf(fixture.database, 'crm'))?.phase.name).toBe(phase)
      await finish(go)
      expect([await rowsOf(`${archive}.customer`), await rowsOf(`${archive}.invoice`)]).toEqual(before)
      expect(await traces()).toEqual([])
      expect(
        (await query('select what, object from changeover.archive_history order by what, object')).rows,
      ).toEqual([
        { what: 'archived', object: 'public.customer' },
        { what: 'archived', object: 'public.invoice' },
      ])
      expect((await query(`select step, outcome from changeover.transition`)).rows).toEqual([
        { step: 'completed', outcome: 'done' },
      ])
    },
  )
})

describe('FM-61 a contraction in place that is killed', () => {
  test.each(['removed dual-write', 'archive public.shop (state)', 'archived'])(
    'at "%s" is finished by the same call',
    async (where) => {
      const inPlace = await createShops()
      const read = async (text: string) => (await inPlace.database.query(text)).rows
      const before = await read('select id::text, state from shop order by id')
      await dieAt(inPlace.url, where, 'shops')
      expect((await phaseOf(inPlace.database, 'shops'))?.phase.name).toBe('contracted')
      await finish(() =>
        contract(inPlace.database, shops, {
          by: 'ada',
          reason: 'after it',
          confirmedName: 'shops',
          limits: { disuseSeconds: 0 },
        }),
      )
      expect(
        await read('select id::text, state from changeover_archive_shops_public.shop order by id'),
      ).toEqual(before)
      expect(
        await read(`select from pg_attribute where attrelid = 'shop'::regclass and attname = 'state'`),
      ).toEqual([])
      expect(await read('select what, object from changeover.archive_history')).toEqual([
        { what: 'archived', object: 'public.shop' },
      ])
      await inPlace.close()
    },
  )
})

async function dieAt(url: string, where: string, migration: string): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=source', script, url, where, migration], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

/** The server may need a moment to notice that the process is gone. */
async function finish(go: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await go()
      return
    } catch (error) {
      const isGoing =
        isFailure(error, 'ROLLOUT.TRANSITION_CONFLICT') || isFailure(error, errors.INSTALL_RUNNING.code)
      if (!isGoing) throw error
    }
    await setTimeout(20)
  }
}
