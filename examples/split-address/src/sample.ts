import type { SampleSystem } from '@changeover/migration'
import { splitAddress } from './split-address.ts'

/** Legacy code that writes branches, each with its mark as the name, and gives them an address when they change. */
const writer: SampleSystem['writer'] = {
  async insert(tx, at, mark) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('branch')} (name) values ($1) returning id::text as id`,
      [mark],
    )
    return rows[0]?.id ?? ''
  },
  async change(tx, at, key, mark) {
    await tx.query(`update ${at('branch')} set name = $2, city = 'Köln' where id = $1::bigint`, [key, mark])
  },
  async remove(tx, at, key) {
    await tx.query(`delete from ${at('branch')} where id = $1::bigint`, [key])
  },
  async found(database, side, prefix) {
    const table = { legacy: 'branch', target: 'site' }[side]
    const { rows } = await database.query<{ key: string; mark: string }>(
      `select id::text as key, name as mark from ${table} where starts_with(name, $1)`,
      [prefix],
    )
    return new Map(rows.map(({ key, mark }) => [key, mark]))
  },
}

/** What the suites of every system need of this one. */
export const sample = {
  folder: new URL('..', import.meta.url),
  migration: splitAddress,
  about: 'branches become sites with a table of addresses',
  writer,
  async generate(database, rows) {
    await database.query(
      `insert into branch (name, phone, street, city, postal_code, country) select 'Branch ' || n, n::text, 'Street ' || n % 100,
        case when n % 3 > 0 then 'City ' || n % 500 end, n % 100000, 'DE' from generate_series(1, $1::int) as n`,
      [rows],
    )
    await database.query('analyze')
  },
} satisfies Omit<SampleSystem, 'migrate' | 'seed'> & { folder: URL }
