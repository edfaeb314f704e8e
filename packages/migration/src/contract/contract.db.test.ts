import { setTimeout } from 'node:timers/promises'
import { createPoolDatabase } from '@changeover/database'
import { readHistory } from '@changeover/rollout'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from '../crm.fixture.ts'
import {
  archivedTables,
  changePhase,
  contract,
  type ContractOptions,
  dropLegacy,
  inspect,
  install,
  nextCommand,
  phaseOf,
  planPhase,
  problemsOf,
  recordRestoredBackup,
  restoreLegacy,
  uninstall,
} from '../index.ts'
import { archiveLegacy } from './archive-legacy.ts'

let fixture: CrmFixture
const query = (text: string) => fixture.database.query<Record<string, string>>(text)

beforeEach(async () => {
  fixture = await createCrm()
  await install(fixture.database, crm)
  await query(`update changeover.phase set phase = 'target-only', epoch = 4, version = 4, target_has_led = true,
    legacy_stale = true, fenced_at = clock_timestamp()`)
})
afterEach(() => fixture.close())

const backup = () => recordRestoredBackup(fixture.database, crm, { by: 'ada', note: 'dump of tonight' })
const go = (options: Partial<ContractOptions> = {}, migration = crm) =>
  contract(fixture.database, migration, {
    by: 'ada',
    reason: 'a test',
    confirmedName: 'crm',
    limits: { disuseSeconds: 0 },
    ...options,
  })
const closed = async (limits = { disuseSeconds: 3_600 }) =>
  (await planPhase(fixture.database, crm, 'contracted', { limits })).closed
const rowsOf = async (table: string) =>
  (await query(`select jsonb_agg(to_jsonb(t) order by id)::text as rows from ${table} t`)).rows[0]?.['rows']
const archive = 'changeover_archive_crm_public'
const traces = async () =>
  (
    await query(`select tgname::text as name from pg_trigger where tgname ~ 'changeover_crm'
      union all select proname::text from pg_proc where proname ~ '^(capture|sync|adopt|rekey)_crm'
      union all select relname::text from pg_class where relnamespace = to_regnamespace('changeover_legacy')`)
  ).rows.map(({ name }) => name)

describe('FM-64 contract refuses', () => {
  test('without disuse, a restored backup and the typed name, and says what opens each gate', async () => {
    expect((await closed()).map(({ gate }) => gate)).toEqual([
      'legacy-unused',
      'backup-restorable',
      'confirmed-by-name',
    ])
    const said = await contract(fixture.database, crm, { by: 'ada', reason: 'too early' }).catch(
      (error: unknown) => error,
    )
    expect(said).toMatchObject({
      code: 'ROLLOUT.GATES_CLOSED',
      fix: expect.stringMatching(
        /changeover contract show crm.*changeover contract backup-restored crm.*changeover contract archive crm --confirm crm/,
      ),
    })
    await backup()
    expect((await closed({ disuseSeconds: 0 })).map(({ gate }) => gate)).toEqual(['confirmed-by-name'])
    expect((await phaseOf(fixture.database, 'crm'))?.phase.name).toBe('target-only')
    expect(await archivedTables(fixture.database, 'crm')).toEqual([])
  })

  test('with one stray reader in the window, who is named by its application', async () => {
    await closed()
    const reader = createPoolDatabase({
      url: fixture.url,
      maxConnections: 1,
      applicationName: 'nightly report',
    })
    await reader.transaction(async (tx) => {
      await tx.query('select count(*) from invoice')
      const [gate] = await closed()
      expect(gate?.why).toMatch(/nightly report of \w+ \((public\.)?"?invoice"?\)/)
    })
    await reader.close()
    expect((await closed())[0]?.why).toMatch(/invoice/)
  })

  test('while views, foreign keys and functions need the tables', async () => {
    await query(`create view open_invoice as select * from invoice;
      create table reminder (id int primary key, invoice bigint constraint reminder_invoice references invoice);
      create function remind() returns bigint language sql as 'select count(*) from public.customer'`)
    expect((await closed({ disuseSeconds: 0 }))[0]?.why).toBe(
      'legacy is needed by foreign key reminder_invoice of reminder, function remind(), view open_invoice',
    )
    await backup()
    await expect(go()).rejects.toMatchObject({ code: 'ROLLOUT.GATES_CLOSED' })
  })

  test('which is well, since whoever reads would fail (mutation)', async () => {
    await query('select count(*) from invoice')
    await archiveLegacy(fixture.database, crm, { by: 'nobody asked' })
    await expect(query('select count(*) from invoice')).rejects.toMatchObject({
      values: { sqlState: '42P01' },
    })
  })
})

describe('FM-59 after it', () => {
  let before: readonly (string | undefined)[]
  beforeEach(async () => {
    before = [await rowsOf('customer'), await rowsOf('invoice')]
    await backup()
  })

  test('the tables are in the archive as they were, and nothing of dual write and proxies is left', async () => {
    const { archived, change } = await go()
    expect(change?.phase.phase.name).toBe('contracted')
    expect(archived).toMatchObject([
      { schema: 'public', table: 'customer', archiveSchema: archive, state: 'archived', by: 'ada' },
      { schema: 'public', table: 'invoice', archiveSchema: archive, state: 'archived', by: 'ada' },
    ])
    expect([await rowsOf(`${archive}.customer`), await rowsOf(`${archive}.invoice`)]).toEqual(before)
    expect(await traces()).toEqual([])
    await query(`insert into party (kind, title, grade) values ('customer', 'of the target alone', 'A')`)
    const state = await inspect(fixture.database, crm)
    expect(problemsOf(state)).toEqual([])
    expect(nextCommand(crm, state, []).command).toBe('changeover contract show crm')
    await expect(install(fixture.database, crm)).rejects.toMatchObject({ code: 'MIGRATION.CONTRACTED' })
    expect((await readHistory(fixture.database, 'crm')).at(-1)).toMatchObject({ to: 'contracted', by: 'ada' })
  })

  test('a rollback is refused, with the reason and the place of the archive', async () => {
    await go()
    const back = changePhase(fixture.database, crm, { to: 'target-only', by: 'ada', reason: 'regret' })
    await expect(back).rejects.toMatchObject({
      code: 'MIGRATION.CONTRACTED',
      message: expect.stringContaining(`${archive}.customer, ${archive}.invoice`),
      fix: expect.stringContaining('changeover contract restore crm'),
    })
  })

  test('(mutation) where the phase does not remember, a rollback only finds out that there are no tables', async () => {
    await go()
    await query(`update changeover.phase set phase = 'target-only'`)
    const back = { to: 'target-leads', by: 'ada', reason: 'regret', emergency: true } as const
    const failure = await changePhase(fixture.database, crm, back).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'ROLLOUT.GATES_CLOSED' })
    expect(String(failure)).not.toContain(archive)
  })

  test.each([
    ['those that refer to others first', crm],
    ['those that are referred to first', { ...crm, mappings: crm.mappings.toReversed() }],
  ])(
    'the archive can be put back, with all that was theirs, to be read and not to be written: %s',
    async (_order, own) => {
      await query(`create table clerk (id int primary key); insert into clerk values (1), (2);
      alter table customer add clerk int default 1 constraint customer_clerk references clerk`)
      before = [await rowsOf('customer'), await rowsOf('invoice')]
      await go({}, own)
      // What was archived holds nobody back.
      await query('delete from clerk where id = 1')
      expect(await restoreLegacy(fixture.database, own, { by: 'bob' })).toMatchObject([
        { table: 'customer', state: 'restored', by: 'bob' },
        { table: 'invoice', state: 'restored' },
      ])
      expect([await rowsOf('customer'), await rowsOf('invoice')]).toEqual(before)
      const { rows } = await query(
        `select conname || ' ' || convalidated as key from pg_constraint where contype = 'f' and conrelid in ('customer'::regclass, 'invoice'::regclass) order by 1`,
      )
      expect(rows.map(({ key }) => key)).toEqual(['customer_clerk false', 'invoice_customer_id_fkey true'])
      for (const write of [
        `insert into customer (name, grade) values ('x', 'gold')`,
        'delete from invoice',
        'truncate invoice',
      ])
        await expect(query(write)).rejects.toMatchObject({ values: { sqlState: 'UC106' } })
      expect((await phaseOf(fixture.database, 'crm'))?.phase.name).toBe('contracted')

      const { archived } = await go()
      expect(archived.map(({ state }) => state)).toEqual(['archived', 'archived'])
    },
  )

  test('dropping is a second step, by name', async () => {
    await go()
    const drop = (confirmedName: string | undefined) =>
      dropLegacy(fixture.database, crm, { by: 'ada', confirmedName })
    await expect(drop(undefined)).rejects.toMatchObject({ code: 'MIGRATION.NAME_NOT_TYPED' })
    await expect(uninstall(fixture.database, crm)).rejects.toMatchObject({ code: 'MIGRATION.ARCHIVE_KEPT' })
    expect((await drop('crm')).map(({ state }) => state)).toEqual(['dropped', 'dropped'])
    expect((await drop('crm')).map(({ state }) => state)).toEqual(['dropped', 'dropped'])
    expect((await query(`select from pg_namespace where nspname = '${archive}'`)).rows).toEqual([])
    const { rows } = await query(
      'select what || $$ $$ || object as step from changeover.archive_history order by what, object',
    )
    expect(rows.map(({ step }) => step)).toEqual([
      'archived public.customer',
      'archived public.invoice',
      'dropped public.customer',
      'dropped public.invoice',
    ])
    expect((await uninstall(fixture.database, crm)).schema).toBe(true)
  })

  test('nothing is archived, restored or dropped in another phase, or without the name', async () => {
    const { database } = fixture
    await expect(restoreLegacy(database, crm, { by: 'ada' })).rejects.toMatchObject({
      code: 'MIGRATION.NOT_CONTRACTED',
    })
    await expect(dropLegacy(database, crm, { by: 'ada', confirmedName: 'crm' })).rejects.toMatchObject({
      code: 'MIGRATION.NOT_CONTRACTED',
    })
    await go()
    const { confirmedName: _typed, ...rest } = { by: 'ada', reason: 'again', confirmedName: 'crm' }
    await expect(contract(database, crm, rest)).rejects.toMatchObject({ code: 'MIGRATION.NAME_NOT_TYPED' })
  })
})

describe('the legacy name as a view', () => {
  test('serves reads and writes, keeps its privileges, and gives the next keys also after the drop', async () => {
    const clerk = `contract_clerk_${process.pid}`
    await query(`create role ${clerk}; grant select, insert, update (name) on customer to ${clerk}`)
    await query(
      `insert into party (kind, title, grade, data) values ('customer', 'ann', 'A', '{"customer_id": "900"}')`,
    )
    await backup()
    await go({ legacyName: 'view' })
    const insert = async (name: string) =>
      (await query(`insert into customer (name, grade) values ('${name}', 'gold') returning id::text`))
        .rows[0]?.['id']
    expect(await insert('bob')).toBe('10')
    expect((await query(`select name from customer where grade = 'gold' order by id`)).rows).toEqual([
      { name: 'bob' },
      { name: 'ann' },
    ])
    expect(
      (
        await query(`select string_agg(privilege_type, ' ' order by privilege_type) as may from information_schema.role_table_grants
      where grantee = '${clerk}' and table_name = 'customer' and table_schema = 'public'`)
      ).rows,
    ).toEqual([{ may: 'INSERT SELECT' }])
    expect(
      (
        await query(`select column_name as name from information_schema.column_privileges
      where grantee = '${clerk}' and table_name = 'customer' and table_schema = 'public' and privilege_type = 'UPDATE'`)
      ).rows,
    ).toEqual([{ name: 'name' }])
    await dropLegacy(fixture.database, crm, { by: 'ada', confirmedName: 'crm' })
    expect(await insert('eve')).toBe('11')
    await query(`update customer set name = 'eva' where id = 11; delete from customer where id = 900`)
    expect((await query(`select title from party order by title`)).rows).toEqual([
      { title: 'bob' },
      { title: 'eva' },
    ])
    await query(`drop owned by ${clerk}; drop role ${clerk}`)
  })

  test('gives way to the table where that is put back', async () => {
    await backup()
    const before = await rowsOf('customer')
    await go({ legacyName: 'view' })
    expect(await rowsOf('customer')).not.toBe(before)
    await restoreLegacy(fixture.database, crm, { by: 'ada' })
    expect(await rowsOf('customer')).toBe(before)
  })
})

test('FM-49 a long reader holds up the archiving, and nobody behind it', async () => {
  await backup()
  const long = createPoolDatabase({ url: fixture.url, maxConnections: 2 })
  const done = Promise.withResolvers<void>()
  let reading: Promise<void> = Promise.resolve()
  let slowest = 0
  const contracting = go({
    onArchive: async (step) => {
      if (step !== 'archive public.customer') return
      const begun = Promise.withResolvers<void>()
      reading = long.transaction(async (tx) => {
        await tx.query('select count(*) from customer')
        begun.resolve()
        await done.promise
      })
      await begun.promise
    },
  })
  for (let turn = 0; turn < 30; turn++) {
    const begun = performance.now()
    await long.query('select count(*) from customer').catch(() => undefined)
    slowest = Math.max(slowest, performance.now() - begun)
    await setTimeout(50)
  }
  done.resolve()
  await reading
  expect((await contracting).archived.map(({ state }) => state)).toEqual(['archived', 'archived'])
  expect(slowest).toBeLessThan(2_000)
  await long.close()
})
