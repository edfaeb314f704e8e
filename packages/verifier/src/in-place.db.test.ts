import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { copy, defineMapping, lookup, mapValues, sameKey, table } from '@changeover/mapping'
import { createSync } from '@changeover/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createVerifier, ledgerDdl } from './index.ts'

const lead = { id: 'bigint not null default', tenantId: 'integer not null', industry: 'text' } as const
const industry = table(
  'industry',
  { id: 'bigint not null default', tenantId: 'integer not null', name: 'varchar(50) not null' },
  { key: ['id'] },
)
const leadInPlace = defineMapping({
  name: 'Lead',
  legacy: table('lead', { ...lead, state: "text not null default 'open'" }, { key: ['id'] }),
  target: table('lead', { ...lead, industryRef: 'bigint', stage: 'text' }, { key: ['id'] }),
  identity: sameKey('id'),
  rules: [
    copy('tenantId'),
    lookup('industry', {
      in: industry,
      by: { tenantId: 'tenantId', industry: 'name' },
      take: 'id',
      residue: 'industry',
    }).as('industryRef'),
    mapValues('state', { open: 'new', shut: 'done' }).as('stage'),
  ],
})
const sync = createSync([leadInPlace])
const overwrite = { heldValues: 'overwrite' } as const

describe('a mapping in place', () => {
  let database: PoolDatabase
  let drop: () => Promise<void>
  beforeAll(async () => {
    const created = await createTestDatabase()
    drop = () => created.drop()
    database = createPoolDatabase({ url: created.url })
    await database.query(`
      CREATE TABLE industry (id bigint PRIMARY KEY, tenant_id integer NOT NULL, name varchar(50) NOT NULL);
      CREATE TABLE lead (id bigint PRIMARY KEY, tenant_id integer NOT NULL, note text, industry text, state text NOT NULL DEFAULT 'open',
        industry_ref bigint, stage text);
      INSERT INTO industry VALUES (11, 1, 'tech'), (12, 1, 'retail'), (21, 2, 'tech'), (22, 2, 'rétail');`)
    await runDdl(database, [...ledgerDdl])
  })
  afterAll(async () => {
    await database.close()
    await drop()
  })
  beforeEach(async () => {
    await database.query(`TRUNCATE lead; INSERT INTO lead (id, tenant_id, industry) VALUES
      (1, 1, 'tech'), (2, 2, 'tech'), (3, 1, ' Tech'), (4, 1, ' Tech'), (5, 2, 'retail'), (6, 2, NULL)`)
    await database.transaction((tx) => sync.batch(tx, leadInPlace, 'forward', {}, overwrite))
  })
  const verifier = () => createVerifier({ database, sync, migration: 'leads' })

  it('is consistent, has read every row and column, and says what nobody has decided on', async () => {
    const { verdict, mappings } = await verifier().verify([leadInPlace], overwrite)
    expect(verdict).toBe('consistent')
    expect(mappings).toMatchObject([
      { total: 6, missing: 0, orphaned: 0, coverage: { compared: ['industryRef', 'stage'] } },
    ])
    expect(mappings[0]?.unresolved).toEqual([
      {
        rule: 'lookup(industry)',
        field: 'industry',
        value: ' Tech',
        context: { tenantId: 1 },
        rows: 2,
        firstKey: '3',
        suggestion: 'tech',
      },
      {
        rule: 'lookup(industry)',
        field: 'industry',
        value: 'retail',
        context: { tenantId: 2 },
        rows: 1,
        firstKey: '5',
        suggestion: null,
      },
    ])
  })

  it.each([
    ['industry_ref = 12', 'industryRef'],
    ['industry_ref = 21', 'industryRef'],
    ['industry_ref = NULL', 'industryRef'],
    [`stage = 'done'`, 'stage'],
  ])('finds %s, mends it, and can take the mending back', async (damage, field) => {
    await database.query(`UPDATE lead SET ${damage} WHERE id = 1`)
    const damaged = await database.query('SELECT * FROM lead WHERE id = 1')
    const found = await verifier().verify([leadInPlace], overwrite)
    expect(found.findings).toMatchObject([{ key: ['1'], field }])
    const fixed = await verifier().fix([leadInPlace], found, overwrite)
    expect((await verifier().verify([leadInPlace], overwrite)).verdict).toBe('consistent')
    await verifier().undo([leadInPlace], String(fixed.id))
    expect((await database.query('SELECT * FROM lead WHERE id = 1')).rows).toEqual(damaged.rows)
  })

  it('leaves columns of nobody alone', async () => {
    await database.query(`UPDATE lead SET note = 'kept'`)
    expect((await verifier().verify([leadInPlace], overwrite)).verdict).toBe('consistent')
  })
})
