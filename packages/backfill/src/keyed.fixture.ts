import { copy, defineMapping, intoJson, type Mapping, storedIn, table } from '@changeover/mapping'
import { type Home, openHome } from './task-to-card.fixture.ts'

/** A small mapping for one kind of key, with statements that make its tables and fill the legacy one with so many rows. */
export interface Keyed {
  readonly name: string
  readonly mapping: Mapping
  readonly tables: string
  readonly seed: string
  /** Joins the two by hand. */
  readonly joined: string
}

const item = table(
  'item',
  { id: 'uuid not null default', title: 'text not null', data: 'jsonb not null default' },
  { key: ['id'] },
)
const itemTable = `create table item (id uuid primary key default gen_random_uuid(), title text not null, data jsonb not null default '{}');`

const single = (name: string, type: string, column: string, value: string): Keyed => ({
  name,
  mapping: defineMapping({
    name: 'Thing',
    legacy: table(
      'thing',
      { code: `${type} not null`, title: 'text not null', rank: 'integer' },
      { key: ['code'] },
    ),
    target: item,
    identity: storedIn('data.legacy_code'),
    rules: [copy('title'), intoJson('data', 'rank')],
  }),
  tables: `create table thing (code ${column} primary key, title text not null, rank int); create index on thing (rank); ${itemTable}`,
  seed: `INSERT INTO thing SELECT ${value}, 'thing ' || n, n FROM generate_series(1, $1::int) AS n`,
  joined: `thing AS l FULL JOIN item AS t ON t.data ->> 'legacy_code' = l.code::text`,
})

const composite: Keyed = {
  name: 'two columns',
  mapping: defineMapping({
    name: 'Thing',
    legacy: table(
      'thing',
      { org: 'text not null', no: 'integer not null', title: 'text not null', rank: 'integer' },
      { key: ['org', 'no'] },
    ),
    target: item,
    identity: storedIn('data.org', 'data.no'),
    rules: [copy('title'), intoJson('data', 'rank')],
  }),
  tables: `create table thing (org text collate "en-x-icu", no int, title text not null, rank int, primary key (org, no)); ${itemTable}`,
  seed: `INSERT INTO thing SELECT (ARRAY['b', 'A', 'a', 'B', 'ä'])[1 + n % 5], n / 5, 'thing ' || n, n FROM generate_series(1, $1::int) AS n`,
  joined: `thing AS l FULL JOIN item AS t ON t.data ->> 'org' = l.org AND t.data ->> 'no' = l.no::text`,
}

const mixedCase = `(CASE n % 2 WHEN 0 THEN upper(substr(md5(n::text), 1, 6)) ELSE substr(md5(n::text), 1, 6) END) || '-' || n`

export const keyed: readonly Keyed[] = [
  single('bigint', 'bigint', 'bigint', 'n * 1000000007::bigint - 9000000000'),
  single('uuid', 'uuid', 'uuid', `md5(n::text)::uuid`),
  single('text of mixed case', 'text', 'text collate "en-x-icu"', mixedCase),
  composite,
]

export const openKeyed = ({ mapping, tables }: Keyed): Promise<Home> => openHome(mapping, tables)

/** Legacy rows without exactly one twin of the same content, and twins without a legacy row. */
export async function apart(home: Home, { joined }: Keyed): Promise<number> {
  const { rows } = await home.database.query<{ apart: number }>(
    `SELECT count(*)::int AS apart FROM ${joined} WHERE l.title IS DISTINCT FROM t.title OR l.rank::text IS DISTINCT FROM t.data ->> 'rank'`,
  )
  return rows[0]?.apart ?? Number.NaN
}
