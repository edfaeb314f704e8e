import type { SampleSystem } from '@changeover/migration'
import { northwindParty } from './northwind-party.ts'

/** Legacy code that writes customers, each with its mark as the address. */
const writer: SampleSystem['writer'] = {
  async insert(tx, at, mark) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('customers')} (customer_id, company_name, address) values (upper(substr(md5(gen_random_uuid()::text), 1, 5)), 'Company', $1)
        returning customer_id as id`,
      [mark],
    )
    return rows[0]?.id ?? ''
  },
  async change(tx, at, key, mark) {
    await tx.query(`update ${at('customers')} set address = $2, phone = '0221-1' where customer_id = $1`, [
      key,
      mark,
    ])
  },
  async remove(tx, at, key) {
    await tx.query(`delete from ${at('customers')} where customer_id = $1`, [key])
  },
  async insertChildren(tx, at) {
    await tx.query(
      `insert into ${at('employees')} (employee_id, last_name, first_name, reports_to)
        select 900, 'Late', 'Ann', employee_id from ${at('employees')} order by employee_id limit 1`,
    )
    return { Employee: '900' }
  },
  async found(database, side, prefix) {
    const from = {
      legacy: 'select customer_id as key, address as mark from customers where starts_with(address, $1)',
      target: `select data ->> 'customer_id' as key, address as mark from party where kind = 'customer' and starts_with(address, $1)`,
    }
    const { rows } = await database.query<{ key: string; mark: string }>(from[side], [prefix])
    return new Map(rows.map(({ key, mark }) => [key, mark]))
  },
}

/** What the suites of every system need of this one. */
export const sample = {
  folder: new URL('..', import.meta.url),
  migration: northwindParty,
  about: 'customers, suppliers and employees become parties',
  writer,
  async generate(database, rows) {
    await database.query(
      `insert into customers (customer_id, company_name, contact_name, address, city, country, phone)
        select lpad(to_hex(n), 5, '0'), 'Company ' || n, 'Contact ' || n, 'Street ' || n % 100, 'City ' || n % 500, 'Norway', '0221-' || n
        from generate_series(1, $1::int) as n`,
      [rows],
    )
    await database.query('analyze')
  },
} satisfies Omit<SampleSystem, 'migrate' | 'seed'> & { folder: URL }
