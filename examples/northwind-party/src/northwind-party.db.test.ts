import { type Changeover, openExample } from '@changeover/run-changeover'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let example: Changeover
beforeAll(async () => {
  example = await openExample(new URL('..', import.meta.url))
})
afterAll(() => example.close())

describe('the parties of Northwind, by their own config', () => {
  test('are found sound before anything is written, and planned', async () => {
    expect(await example.run('audit')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/✓ Nothing is wrong/),
    })
    expect(await example.run('plan')).toMatchObject({ code: 0 })
  })

  test('are brought over and verified', async () => {
    for (const args of [['install'], ['phase', 'advance'], ['backfill']])
      expect(await example.run(...args)).toMatchObject({ code: 0 })
    expect(await example.run('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ No issues found.'),
    })
    const { rows } =
      await example.query(`select p.kind, p.name, p.job_title, p.postal_code, p.fax, b.name as boss, p.data ->> 'extension' as extension
      from party as p left join party as b on b.id = p.reports_to order by p.kind, p.name collate "C"`)
    expect(rows.map((row) => Object.values(row).map(String).join('|'))).toEqual([
      'customer|Blumen & Söhne|Owner|50667|null|null|null',
      `customer|O'Brien Foods|null|||null|null`,
      'customer|食品 "Nippon"|Sales|100-0001|(03) 2|null|null',
      'employee|Ana de la Cruz|null|null|null|Li Ng|',
      'employee|Eva Stein|Sales|50668|null|Li Ng|007',
      'employee|Li Ng|Vice President|null|null|null|null',
      'supplier|Blumen & Söhne|Owner|50667|0221-2|null|null',
      'supplier|Fjord Fisk|null|null|null|null|null',
    ])
  })

  test('follow what is written to the old tables', async () => {
    await example.query(`insert into suppliers (supplier_id, company_name) values (7, 'Late');
      update employees set last_name = 'Ng-Stein', reports_to = 3 where employee_id = 2; delete from customers where customer_id = 'ÅÄÖ'`)
    expect(await example.run('verify')).toMatchObject({ code: 0 })
    const { rows } = await example.query(`select count(*)::int as parties from party`)
    expect(rows).toEqual([{ parties: 8 }])
  })

  test('are named anew on the target, and legacy follows with both names', async () => {
    await example.query(
      `update changeover.phase set phase = 'target-leads', epoch = epoch + 1, target_has_led = true`,
    )
    await example.query(`update party set name = 'Eva Maria Stein' where name = 'Eva Stein'`)
    const { rows } = await example.query(`select first_name, last_name from employees where title = 'Sales'`)
    expect(rows).toEqual([{ first_name: 'Eva', last_name: 'Maria Stein' }])
  })
})
