import { type Changeover, openExample } from '@changeover/run-changeover'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let example: Changeover
beforeAll(async () => {
  example = await openExample(new URL('..', import.meta.url))
})
afterAll(() => example.close())

const addresses = async () =>
  (
    await example.query(`select concat_ws('|', s.id, s.name, a.site_id, a.street, a.city, a.postal_code, a.country) as row
    from site as s left join site_address as a on a.site_id = s.id order by s.id`)
  ).rows.map(({ row }) => row)

describe('branches and their addresses, by their own config', () => {
  test('are brought over and verified; who has no address has no row', async () => {
    for (const args of [['install'], ['phase', 'advance'], ['backfill']])
      expect(await example.run(...args)).toMatchObject({ code: 0 })
    expect(await example.run('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ No issues found.'),
    })
    expect(await addresses()).toEqual([
      '1|Köln|1|Hauptstraße 1|Köln|50667|DE',
      '2|Nowhere',
      '3|Cork|3|Cork||IE',
    ])
  })

  test('follow what is written to the old table: an address comes, goes and changes', async () => {
    await example.query(`update branch set city = 'Somewhere' where id = 2; update branch set street = null, city = null, postal_code = null, country = null where id = 1;
      update branch set country = 'GB' where id = 3; insert into branch (id, name) values (40, 'New')`)
    expect(await addresses()).toEqual(['1|Köln', '2|Nowhere|2|Somewhere', '3|Cork|3|Cork||GB', '40|New'])
    expect(await example.run('verify')).toMatchObject({ code: 0 })
  })

  test('are found damaged in either table, and mended', async () => {
    await example.query(
      `delete from site_address where site_id = 3; update site set phone = '1' where id = 1`,
    )
    const found = await example.run('verify', '--verbose')
    expect(found.code).toBe(4)
    expect(found.stdout).toContain(`Branch 3 city: NULL instead of 'Cork'`)
    expect(await example.run('verify', '--fix')).toMatchObject({ code: 0 })
    expect(await addresses()).toContain('3|Cork|3|Cork||GB')
  })
})
