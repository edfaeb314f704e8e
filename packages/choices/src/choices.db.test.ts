import { createBackfill, ledgerDdl } from '@changeover/backfill'
import { createPoolDatabase, type PoolDatabase, type Queryable, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { createSync } from '@changeover/sync'
import { createVerifier, ledgerDdl as verifierDdl } from '@changeover/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asActor,
  choiceFields,
  choices,
  leadChoices,
  listLeads,
  migrate,
  populateChoices,
  seedChoices,
} from './index.ts'

const heldValues = 'overwrite'
const sync = createSync(choices.mappings)
let database: PoolDatabase
let drop: () => Promise<void>
let oldValues: unknown

beforeAll(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  database = createPoolDatabase({ url: created.url })
  await migrate(created.url)
  await seedChoices(database)
  oldValues = await readOldValues()
  await runDdl(database, [...ledgerDdl, ...verifierDdl])
  const backfill = createBackfill({ database, sync, migration: choices.name })
  const report = await backfill.run(leadChoices, { heldValues })
  expect(report).toMatchObject({ state: 'done', quarantined: 0 })
})
afterAll(async () => {
  await database.close()
  await drop()
})

const query = async (text: string) => (await database.query<Record<string, string>>(text)).rows
const one = async (text: string) => Object.values((await query(text))[0] ?? {})[0]
const readOldValues = () =>
  one(
    `select md5(string_agg(concat_ws('|', id, quote_nullable(industry), quote_nullable(lead_source), quote_nullable(status), quote_nullable(marketing_channel)), ',' order by id)) from lead`,
  )
const failing = (text: string) =>
  database.query(text).then(
    () => 'written',
    (error: unknown) => String(Reflect.get(Reflect.get(error as object, 'values') as object, 'constraint')), // a failure has values
  )

describe('after the backfill', () => {
  test.each(choiceFields.map(({ column, reference, table }) => [column, reference, table]))(
    'every %s has the choice of its tenant with that name, and none where there is none: told by SQL of its own',
    async (column, reference, table) => {
      const wrong = `select count(*)::text from lead l left join ${table} c on c.tenant_id = l.tenant_id and c.name = l.${column} where l.${reference} is distinct from c.id`
      expect(await one(wrong)).toBe('0')
      expect(Number(await one(`select count(${reference})::text from lead`))).toBeGreaterThan(50)
    },
  )

  test('every old value is as it was', async () => {
    expect(await readOldValues()).toBe(oldValues)
  })

  test('verification is clean, and says by value and tenant what nobody has decided on', async () => {
    const verifier = createVerifier({ database, sync, migration: choices.name })
    const { verdict, mappings } = await verifier.verify(choices.mappings, { heldValues })
    expect(verdict).toBe('consistent')
    const industry = (mappings[0]?.unresolved ?? []).filter(({ field }) => field === 'industry')
    const counted =
      await query(`select l.industry as value, l.tenant_id::text as tenant, count(*)::text as rows from lead l
      where l.industry is not null and not exists (select from industry c where c.tenant_id = l.tenant_id and c.name = l.industry) group by 1, 2`)
    const said = industry.map(({ value, context, rows }) => `${value} ${String(context['tenantId'])} ${rows}`)
    expect(said.toSorted()).toEqual(
      counted.map(({ value, tenant, rows }) => `${value} ${tenant} ${rows}`).toSorted(),
    )
    expect(industry.filter(({ value }) => value === 'Tech').map(({ suggestion }) => suggestion)).toEqual([
      'tech',
      'tech',
      'tech',
    ])
    // Another tenant's choice is no suggestion.
    expect(industry.filter(({ value }) => value === 'space')).toMatchObject([
      { context: { tenantId: 1 }, suggestion: null },
    ])
  })

  test('the way back puts every old value back', async () => {
    for (const { column, reference } of choiceFields)
      await database.query(`update lead set ${column} = 'lost' where ${reference} is not null`)
    await database.transaction((tx) => sync.batch(tx, leadChoices, 'backward', {}, { heldValues: 'keep' }))
    expect(await readOldValues()).toBe(oldValues)
  })
})

describe('choices', () => {
  test('are populated once, and keep what a tenant has made of them', async () => {
    await database.query(`update industry set label = 'Shops' where tenant_id = 2 and name = 'retail'`)
    expect(await populateChoices(database)).toBe(0)
    expect(
      await query(
        `select tenant_id::text as tenant, label from industry where name in ('retail', 'tech') order by name, tenant_id`,
      ),
    ).toEqual([
      { tenant: '1', label: 'Retail' },
      { tenant: '2', label: 'Shops' },
      { tenant: '3', label: 'Retail' },
      { tenant: '1', label: 'High-Tech' },
      { tenant: '2', label: 'Technology' },
      { tenant: '3', label: 'Technology' },
    ])
  })

  test('that a tenant has deleted or renamed do not come back', async () => {
    await database.transaction(async (tx) => {
      await tx.query(`insert into lead (tenant_id) values (6)`)
      expect(await populateChoices(tx)).toBe(27)
      await tx.query(`delete from industry where tenant_id = 6 and name = 'energy';
        update lead_source set name = 'fair' where tenant_id = 6 and name = 'event'`)
      expect(await populateChoices(tx)).toBe(0)
      // Whoever makes it again has it again.
      await tx.query(`insert into industry (tenant_id, name, label) values (6, 'energy', 'Energy')`)
      expect(await populateChoices(tx)).toBe(0)
      await tx.query('delete from lead where tenant_id = 6')
      for (const { table } of choiceFields) await tx.query(`delete from ${table} where tenant_id = 6`)
    })
  })

  test('of two tenants have the same names, and no lead can refer to the other one', async () => {
    const of = (tenant: number) => `(select id from industry where tenant_id = ${tenant} and name = 'tech')`
    expect(await one(`select (${of(1)} <> ${of(2)})::text`)).toBe('true')
    for (const { reference, table } of choiceFields)
      expect(
        await failing(
          `update lead set ${reference} = (select min(id) from ${table} where tenant_id = 2) where tenant_id = 1`,
        ),
      ).toBe(`lead_${reference}_foreign`)
    expect(
      await failing(`update lead set tenant_id = 3 where tenant_id = 1 and industry_ref is not null`),
    ).toBe('lead_industry_ref_foreign')
  })

  test.each(choiceFields.map(({ table, hardCoded }) => [table, Object.keys(hardCoded)[0] ?? '']))(
    '%s in use are neither deleted nor renamed, and may be labelled and switched off',
    async (table, name) => {
      const where = `where tenant_id = 1 and name = '${name}'`
      expect(await failing(`delete from ${table} ${where}`)).toBe(`${table}_in_use`)
      expect(await failing(`update ${table} set name = 'renamed' ${where}`)).toBe(`${table}_in_use`)
      expect(await failing(`update ${table} set label = label || '!', is_active = false ${where}`)).toBe(
        'written',
      )
      expect(await failing(`insert into ${table} (tenant_id, name, label) values (9, 'free', 'Free')`)).toBe(
        'written',
      )
      expect(await failing(`update ${table} set name = 'freed' where tenant_id = 9`)).toBe('written')
      expect(await failing(`delete from ${table} where tenant_id = 9`)).toBe('written')
    },
  )

  test('without the guard a choice that only old values name would go (mutation)', async () => {
    await database.transaction(async (tx) => {
      await tx.query(`insert into lead (tenant_id, industry) values (8, 'odd'); insert into industry (tenant_id, name, label) values (8, 'odd', 'Odd');
        update lead set industry_ref = null where tenant_id = 8`)
      await tx.query('savepoint guarded')
      await expect(tx.query('delete from industry where tenant_id = 8')).rejects.toMatchObject({
        code: 'DATABASE.CONSTRAINT_VIOLATED',
      })
      await tx.query('rollback to savepoint guarded; alter table industry disable trigger industry_in_use')
      expect((await tx.query('delete from industry where tenant_id = 8')).rowCount).toBe(1)
      await tx.query(
        'alter table industry enable trigger industry_in_use; delete from lead where tenant_id = 8',
      )
    })
  })

  test('that are made for a value that was kept aside take its leads along', async () => {
    const aside = `select count(*)::text from lead where tenant_id = 3 and industry = 'Tech' and industry_ref is null`
    expect(await one(aside)).not.toBe('0')
    await database.query(
      `insert into industry (tenant_id, name, label) values (3, 'Tech', 'Tech, as imported')`,
    )
    expect(await one(aside)).toBe('0')
    expect(
      await one(
        `select count(*)::text from lead where tenant_id = 1 and industry = 'Tech' and industry_ref is not null`,
      ),
    ).toBe('0')
  })

  test('have a record of every change: who, when, before, after', async () => {
    await database.transaction(async (tx) => {
      await asActor(tx, 'ada')
      await tx.query(`insert into lead_status (tenant_id, name, label) values (7, 'won', 'Won')`)
      await tx.query(`update lead_status set label = 'Won!' where tenant_id = 7`)
    })
    await database.query('delete from lead_status where tenant_id = 7')
    const changes =
      await query(`select what, before ->> 'label' as before, after ->> 'label' as after, actor, (at > now() - interval '1 minute')::text as recent
      from choice_change where tenant_id = 7 and choice = 'lead_status' order by id`)
    const user = await one('select session_user::text')
    expect(changes).toEqual([
      { what: 'insert', before: null, after: 'Won', actor: 'ada', recent: 'true' },
      { what: 'update', before: 'Won', after: 'Won!', actor: 'ada', recent: 'true' },
      { what: 'delete', before: 'Won!', after: null, actor: user, recent: 'true' },
    ])
  })
})

describe('a list of leads', () => {
  test('of 1,000 with labels is one statement', async () => {
    await database.query(
      `insert into lead (tenant_id, industry, status) select 5, (array['tech', 'Odd'])[1 + n % 2], 'new' from generate_series(1, 1000) n`,
    )
    await populateChoices(database)
    let statements = 0
    const counting: Queryable = {
      inTransaction: false,
      query: (...given) => {
        statements++
        return database.query(...given)
      },
    }
    const listed = await listLeads(counting, '5', 1000)
    expect([listed.length, statements]).toEqual([1000, 1])
    // The hard-coded choices came after the leads, and took them along.
    const labels = new Set(
      listed.map(
        ({ choices: { industry } }) => `${industry.value} ${industry.label} ${industry.reference !== null}`,
      ),
    )
    expect(labels).toEqual(new Set(['tech Technology true', 'Odd Odd false']))
  })

  test('prefers the reference, and falls back to the hard-coded label, then to the value', async () => {
    await database.query(`insert into lead (tenant_id, company, industry, status, lead_source, industry_ref) values
      (1, 'fallback', 'retail', 'Qualified?', 'web', (select id from industry where tenant_id = 1 and name = 'finance'))`)
    const [lead] = (await listLeads(database, '1', 100)).filter(({ company }) => company === 'fallback')
    expect(lead?.choices).toMatchObject({
      industry: { value: 'finance', label: 'Finance' },
      leadSource: { value: 'web', label: 'Web Form', reference: null },
      status: { value: 'Qualified?', label: 'Qualified?' },
      marketingChannel: { value: null, label: null },
    })
  })
})
