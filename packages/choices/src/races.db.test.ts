import { createBackfill, ledgerDdl as backfillDdl } from '@changeover/backfill'
import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { installDualWrite } from '@changeover/dual-write'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { ledgerDdl as phaseDdl, type PhaseName, storeFirstPhase } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { createVerifier, ledgerDdl as verifierDdl } from '@changeover/verifier'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { choices, leadChoices, migrate } from './index.ts'

const sync = createSync(choices.mappings)
let first: PoolDatabase
let second: PoolDatabase
let drop: () => Promise<void>

beforeEach(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  await migrate(created.url)
  first = createPoolDatabase({ url: created.url })
  second = createPoolDatabase({ url: created.url, maxConnections: 1 })
  await runDdl(first, [...phaseDdl, ...backfillDdl, ...verifierDdl])
  await first.transaction((tx) =>
    storeFirstPhase(tx, choices.name, { phase: 'legacy-leads', by: 'test', reason: 'test' }),
  )
  await first.query(`insert into industry (tenant_id, name, label) values (1, 'free', 'Free'), (1, 'other', 'Other');
    insert into lead (tenant_id, industry) values (1, 'other')`)
})
afterEach(async () => {
  await first.close()
  await second.close()
  await drop()
})

const capture = () =>
  installDualWrite(first, {
    migration: choices.name,
    mappings: choices.mappings,
    proxySchema: 'changeover_legacy',
  })
const lead = async (phase: PhaseName) =>
  first.query(
    'update changeover.phase set phase = $1, epoch = epoch + 1, target_has_led = target_has_led or $2',
    [phase, phase === 'target-leads'],
  )

/** Waits until somebody waits for a lock: a barrier without a clock. */
async function isBlocked(): Promise<void> {
  for (;;) {
    const { rows } = await first.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
  }
}

type Said = 'written' | string

const told = (work: Promise<unknown>): Promise<Said> =>
  work.then(
    () => 'written',
    (error: unknown) => String(Reflect.get(Reflect.get(error as object, 'values') as object, 'constraint')), // a failure has values
  )

/** One statement while the other one's transaction is open; it waits for it. What the waiting one was told. */
async function interleaved(open: string, waiting: string): Promise<Said> {
  let said: Promise<Said> = Promise.resolve('nothing')
  await first.transaction(async (tx) => {
    await tx.query(open)
    said = told(second.query(waiting))
    await isBlocked()
  })
  return said
}

/** Leads whose old value and reference are not one choice: told by SQL of its own. */
async function apart(): Promise<number> {
  const { rows } = await first.query<{ apart: number }>(
    `select count(*)::int as apart from lead l left join industry c on c.tenant_id = l.tenant_id and c.name = l.industry
      where l.industry_ref is distinct from c.id`,
  )
  return rows[0]?.apart ?? Number.NaN
}

async function expectConsistent(): Promise<void> {
  expect(await apart()).toBe(0)
  const { rows } = await first.query<{ led: boolean }>('select target_has_led as led from changeover.phase')
  const heldValues = rows[0]?.led === true ? 'keep' : 'overwrite'
  const verifier = createVerifier({ database: first, sync, migration: choices.name })
  expect((await verifier.verify(choices.mappings, { heldValues })).verdict).toBe('consistent')
}

const writes = {
  'legacy-leads': `insert into lead (tenant_id, industry) values (1, 'free')`,
  'target-leads': `insert into lead (tenant_id, industry_ref) select 1, id from industry where name = 'free'`,
} as const
const changes = {
  renamed: `update industry set name = 'freed' where name = 'free'`,
  deleted: `delete from industry where name = 'free'`,
} as const

describe.each(['legacy-leads', 'target-leads'] as const)('in %s', (phase) => {
  beforeEach(async () => {
    await capture()
    await first.transaction((tx) => sync.range(tx, leadChoices, 'forward', {}, { heldValues: 'overwrite' }))
    await lead(phase)
  })

  test.each(['renamed', 'deleted'] as const)(
    'a choice that is %s while a lead with it is being written stays',
    async (change) => {
      expect(await interleaved(writes[phase], changes[change])).toBe('industry_in_use')
      await expectConsistent()
    },
  )

  test.each(['renamed', 'deleted'] as const)(
    'a lead that is written while its choice is being %s has what is there then',
    async (change) => {
      expect(await interleaved(changes[change], writes[phase])).toBe('written')
      await expectConsistent()
    },
  )

  test('two writes of one lead leave what the later one wrote', async () => {
    const to = (name: string) =>
      phase === 'legacy-leads'
        ? `update lead set industry = '${name}'`
        : `update lead set industry_ref = (select id from industry where name = '${name}')`
    expect(await interleaved(to('free'), to('other'))).toBe('written')
    const { rows } = await first.query('select industry from lead')
    expect(rows).toEqual([{ industry: 'other' }])
    await expectConsistent()
  })
})

describe('while legacy leads', () => {
  const written = `insert into lead (tenant_id, industry) values (1, 'novel')`
  const made = `insert into industry (tenant_id, name, label) values (1, 'novel', 'Novel')`

  test.each([
    ['a lead is being written', written, made],
    ['a choice is being made', made, written],
  ])('where %s, the lead has the new choice of its name', async (_name, open, waiting) => {
    await capture()
    await first.transaction((tx) => sync.range(tx, leadChoices, 'forward', {}, { heldValues: 'overwrite' }))
    expect(await interleaved(open, waiting)).toBe('written')
    await expectConsistent()
  })

  test('without the lock the lead would miss it (mutation)', async () => {
    await capture()
    await first.query('drop trigger industry_holds on industry')
    await first.transaction((tx) => sync.range(tx, leadChoices, 'forward', {}, { heldValues: 'overwrite' }))
    await first.transaction(async (tx) => {
      await tx.query(written)
      await second.query(made)
    })
    expect(await apart()).toBe(1)
  })

  test('FM-01 a write of a row that the backfill holds comes after it', async () => {
    await capture()
    let said: Promise<Said> = Promise.resolve('nothing')
    const onStep = async (step: string) => {
      if (step !== 'written') return
      said = told(second.query(`update lead set industry = 'free'`))
      await isBlocked()
    }
    const backfill = createBackfill({ database: first, sync, migration: choices.name })
    await backfill.run(leadChoices, { heldValues: 'overwrite', onStep })
    expect(await said).toBe('written')
    await expectConsistent()
  })

  test('FM-01 the backfill brings over what a write of its row leaves, also one without capture', async () => {
    const backfill = createBackfill({ database: first, sync, migration: choices.name })
    let report: Promise<unknown> = Promise.resolve()
    await first.transaction(async (tx) => {
      await tx.query(`update lead set industry = 'free'`)
      report = backfill.run(leadChoices, { heldValues: 'overwrite' })
      await isBlocked()
    })
    expect(await report).toMatchObject({ state: 'done' })
    await expectConsistent()
  })
})
