import { type Changeover, openExample } from '@changeover/run-changeover'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let example: Changeover
beforeAll(async () => {
  example = await openExample(new URL('..', import.meta.url))
})
afterAll(() => example.close())

describe('the address book, by its own config', () => {
  test('is planned before anything is written', async () => {
    const { code, stdout } = await example.run('plan')
    expect(code).toBe(0)
    expect(stdout).toContain('Contact')
    expect((await example.query('SELECT FROM person')).rowCount).toBe(0)
  })

  test('is brought over and verified', async () => {
    expect(await example.run('install')).toMatchObject({ code: 0 })
    expect(await example.run('phase', 'advance')).toMatchObject({ code: 0 })
    expect(await example.run('backfill')).toMatchObject({ code: 0 })
    expect(await example.run('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ No issues found.'),
    })
    const { rows } = await example.query(
      'SELECT contact_id, name, level, born_on::text, preferences FROM person ORDER BY contact_id',
    )
    expect(rows).toEqual([
      {
        contact_id: '1',
        name: 'Ada Lovelace',
        level: 'premium',
        born_on: '1815-12-10',
        preferences: { newsletter: true },
      },
      {
        contact_id: '2',
        name: 'José Müller ☎',
        level: 'plus',
        born_on: null,
        preferences: { newsletter: false, fax: '+49 30 0' },
      },
      {
        contact_id: '3',
        name: `O'Brien, "Pat"`,
        level: 'basic',
        born_on: '2000-02-29',
        preferences: { newsletter: false, fax: '' },
      },
    ])
  })

  test('is found damaged, with the field and both values, and mended', async () => {
    await example.query(`UPDATE person SET level = 'plus' WHERE contact_id = 1`)
    const found = await example.run('verify', '--verbose')
    expect(found.code).toBe(4)
    expect(found.stdout).toContain(`Contact 1 level: 'plus' instead of 'premium'`)
    expect(await example.run('verify', '--fix')).toMatchObject({ code: 0 })
    expect((await example.query('SELECT level FROM person WHERE contact_id = 1')).rows).toEqual([
      { level: 'premium' },
    ])
    expect(await example.run('verify')).toMatchObject({ code: 0 })
  })
})
