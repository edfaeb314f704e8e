import { createPoolDatabase, runDdl } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  archivedTables,
  contract,
  type ContractOptions,
  dropLegacy,
  phaseOf,
  planPhase,
  restoreLegacy,
  uninstall,
} from '../index.ts'
import { archiveColumns, restoreColumns } from './archive-columns.ts'
import { archiveLedgerDdl } from './archive-ledger.ts'
import { legacyColumns } from './legacy-columns.ts'
import { createShops, type Shops, shops } from './shop-in-place.fixture.ts'

let fixture: Shops
const query = (text: string) => fixture.database.query<Record<string, string>>(text)

beforeEach(async () => {
  fixture = await createShops()
})
afterEach(() => fixture.close())

const go = (options: Partial<ContractOptions> = {}) =>
  contract(fixture.database, shops, {
    by: 'ada',
    reason: 'a test',
    confirmedName: 'shops',
    limits: { disuseSeconds: 0 },
    ...options,
  })
const restore = () => restoreLegacy(fixture.database, shops, { by: 'bob' })
const use = async (disuseSeconds = 0) =>
  (await planPhase(fixture.database, shops, 'contracted', { limits: { disuseSeconds } })).closed.find(
    ({ gate }) => gate === 'legacy-unused',
  )?.why
const all = (table: string) =>
  query(`select jsonb_agg(to_jsonb(t) order by id)::text as rows from ${table} t`).then(
    ({ rows }) => rows[0]?.['rows'],
  )

/** How the table is made, whatever the order of its columns; a constraint says whether it was validated. */
async function shape(): Promise<readonly (string | undefined)[]> {
  const { rows } =
    await query(`select concat_ws(' ', attname, format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull,
      pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)) as made
    from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = 'shop'::regclass and attnum > 0 and not attisdropped
    union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = 'shop'::regclass
    union all select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'shop'::regclass
    union all select tgname || ' ' || tgenabled::text from pg_trigger where tgrelid = 'shop'::regclass and not tgisinternal and tgname !~ '^changeover'
    order by made`)
  return rows.map(({ made }) => made)
}

test('what is legacy are the columns that no target describes', () => {
  expect(legacyColumns(shops)).toEqual([{ table: '"shop"', key: ['id'], columns: ['state'] }])
})

describe('FM-64 in place, contract refuses', () => {
  test('while something needs an old column, and takes no notice of what needs the others', async () => {
    await query(`create view by_kind as select kind, stage from shop`)
    expect(await use()).toBeUndefined()
    await query(`create view shut as select id from shop where state = 'shut';
      create function shut_shops() returns bigint language sql as 'select count(*) from shop where state = ''shut''';
      create function no_shop() returns text language sql as 'select ''state''::text'`)
    expect(await use()).toBe('legacy is needed by function shut_shops(), view shut')
    await expect(go()).rejects.toMatchObject({ code: 'ROLLOUT.GATES_CLOSED' })
  })

  test('until it has been watched for as long as is asked, in this phase', async () => {
    expect(await use(3_600)).toMatch(/^watched for 0 s of 3600 s$/)
    await query(`update changeover.legacy_use set first_at = first_at - interval '2 hours'`)
    await query(`update changeover.phase set since = since - interval '3 hours'`)
    expect(await use(3_600)).toBeUndefined()
    await query('update changeover.phase set since = clock_timestamp()')
    expect(await use(3_600)).toMatch(/^watched for 0 s/)
  })

  test('to leave a view under the name of a table that stays', async () => {
    await expect(go({ legacyName: 'view' })).rejects.toMatchObject({ code: 'MIGRATION.CONTRACT_IN_PLACE' })
    expect((await phaseOf(fixture.database, 'shops'))?.phase.name).toBe('target-only')
  })
})

describe('in place', () => {
  const archive = 'changeover_archive_shops_public.shop'

  test('old columns go to the archive with the key, counted, and the rest stays as it is', async () => {
    const { archived } = await go()
    expect(archived).toMatchObject([{ table: 'shop', state: 'archived', rowsCopied: '3' }])
    expect(JSON.parse((await all(archive)) ?? '')).toEqual([
      { id: 1, state: 'open' },
      { id: 2, state: 'shut' },
      { id: 3, state: 'shut' },
    ])
    expect(JSON.parse((await all('shop')) ?? '')).toEqual([
      { id: 1, kind: 'bakery', kind_ref: 1, stage: 'new', touched: 0 },
      { id: 2, kind: 'Bakery', kind_ref: null, stage: 'done', touched: 0 },
      { id: 3, kind: null, kind_ref: null, stage: 'done', touched: 0 },
    ])
    expect((await shape()).join('\n')).not.toMatch(/shop_by_state|shop_open|shop_code|shop_state/)
    await query(`insert into shop (kind_ref, stage) values (1, 'new')`)
  })

  test('restore brings them back with values, defaults, constraints and indexes, and runs no trigger', async () => {
    const [before, made] = [await all('shop'), await shape()]
    await go()
    await restore()
    expect(await all('shop')).toBe(before)
    expect(new Set(await shape())).toEqual(
      new Set(made.map((line) => (/^shop_(state|code) /.test(line ?? '') ? `${line} NOT VALID` : line))),
    )
    expect(await archivedTables(fixture.database, 'shops')).toMatchObject([{ state: 'restored', by: 'bob' }])
    await expect(query(`update shop set state = ''`)).rejects.toMatchObject({ values: { sqlState: '23514' } })
  })

  test('restore brings back what was computed from them, and privileges that were given for one column', async () => {
    const role = `clerk_${process.pid}`
    await query(`create role ${role}; grant select (id, state), update (state) on shop to ${role}; grant select (state) on shop to public;
      alter table shop add loud text generated always as (upper(state)) stored`)
    const name = { schema: 'public', table: 'shop' }
    const columns = ['state', 'loud']
    const may = async () =>
      (
        await query(`select column_name || ' ' || privilege_type || ' ' || grantee as may from information_schema.column_privileges
          where table_name = 'shop' and grantee in ('${role}', 'PUBLIC') order by 1`)
      ).rows.map((row) => row['may'])
    const [before, allowed] = [await all('shop'), await may()]
    expect(allowed).toContain(`state UPDATE ${role}`)
    await runDdl(fixture.database, archiveLedgerDdl)
    const who = { migration: 'shops', by: 'ada' }
    await archiveColumns(fixture.database, who, name, { key: ['id'], columns })
    expect(await may()).toEqual([`id SELECT ${role}`])
    const [archived] = await archivedTables(fixture.database, 'shops')
    if (archived?.columns === undefined) throw new TypeError('columns were archived')
    await restoreColumns(fixture.database, who, archived, archived.columns)
    expect(await all('shop')).toBe(before)
    expect(await may()).toEqual(allowed)
    const made = await query(`insert into shop (stage) values ('new') returning loud`)
    expect(made.rows).toEqual([{ loud: 'OPEN' }])
    await query(`drop owned by ${role}; drop role ${role}`)
  })

  test('rows that came since have the default, those that went are no trouble, and it can be archived again', async () => {
    await go()
    await query(`delete from shop where id = 2; insert into shop (stage) values ('new')`)
    await restore()
    const states = async () => (await query('select id::text, state from shop order by id')).rows
    const found = [
      { id: '1', state: 'open' },
      { id: '3', state: 'shut' },
      { id: '4', state: 'open' },
    ]
    expect(await states()).toEqual(found)
    expect((await go()).archived).toMatchObject([{ state: 'archived', rowsCopied: '3' }])
    await restore()
    expect(await states()).toEqual(found)
  })

  test('drop ends it', async () => {
    await go()
    const kept = await all('shop')
    await expect(uninstall(fixture.database, shops)).rejects.toMatchObject({ code: 'MIGRATION.ARCHIVE_KEPT' })
    await dropLegacy(fixture.database, shops, { by: 'ada', confirmedName: 'shops' })
    expect((await query(`select from pg_namespace where nspname ~ 'archive'`)).rows).toEqual([])
    expect(await all('shop')).toBe(kept)
    expect((await uninstall(fixture.database, shops)).schema).toBe(true)
  })

  test('no row is lost to a policy that hides it', async () => {
    const role = `shop_owner_${process.pid}`
    await query(
      `create role ${role} login password 'shops'; grant all on database "${new URL(fixture.url).pathname.slice(1)}" to ${role}`,
    )
    await query(`alter table shop enable row level security; alter table shop force row level security;
      create policy few on shop using (id < 2)`)
    await query(`grant all on schema public, changeover to ${role}; grant all on all tables in schema changeover to ${role};
      grant all on all sequences in schema changeover to ${role}; alter table shop owner to ${role}`)
    await runDdl(fixture.database, archiveLedgerDdl)
    await query(`grant all on all tables in schema changeover to ${role}`)
    const url = new URL(fixture.url)
    url.username = role
    url.password = 'shops'
    const owner = createPoolDatabase({ url: url.href, maxConnections: 2 })
    const name = { schema: 'public', table: 'shop' }
    const going = archiveColumns(owner, { migration: 'shops', by: 'ada' }, name, {
      key: ['id'],
      columns: ['state'],
    })
    await expect(going).rejects.toThrow(/row-level security|row security/)
    expect(await shape()).toContain("shop_state CHECK (((state)::text <> ''::text))")
    await owner.close()
    await query(`drop owned by ${role} cascade; drop role ${role}`)
  })
})
