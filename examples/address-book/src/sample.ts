import type { SampleSystem } from '@changeover/migration'
import { addressBook } from './address-book.ts'

/** Legacy code that writes contacts, each with its mark as the name. */
const writer: SampleSystem['writer'] = {
  async insert(tx, at, mark) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('contact')} (full_name, tier) values ($1, 'A') returning id::text as id`,
      [mark],
    )
    return rows[0]?.id ?? ''
  },
  async change(tx, at, key, mark) {
    await tx.query(`update ${at('contact')} set full_name = $2, tier = 'B' where id = $1::bigint`, [
      key,
      mark,
    ])
  },
  async remove(tx, at, key) {
    await tx.query(`delete from ${at('contact')} where id = $1::bigint`, [key])
  },
  async found(database, side, prefix) {
    const from = {
      legacy: 'select id::text as key, full_name as mark from contact where starts_with(full_name, $1)',
      target: 'select contact_id::text as key, name as mark from person where starts_with(name, $1)',
    }
    const { rows } = await database.query<{ key: string; mark: string }>(from[side], [prefix])
    return new Map(rows.map(({ key, mark }) => [key, mark]))
  },
}

/** What the suites of every system need of this one. */
export const sample = {
  folder: new URL('..', import.meta.url),
  migration: addressBook,
  about: 'contacts become people',
  writer,
  async generate(database, rows) {
    await database.query(
      `insert into contact (full_name, email, tier, birthday, newsletter, fax) select 'Contact ' || n, n || '@example.org',
        (array['A', 'B', 'C'])[1 + n % 3], date '1950-01-01' + n % 20000, n % 2 = 0, case when n % 5 = 0 then '+49 30 ' || n end
        from generate_series(1, $1::int) as n`,
      [rows],
    )
    await database.query('analyze')
  },
} satisfies Omit<SampleSystem, 'migrate' | 'seed'> & { folder: URL }
