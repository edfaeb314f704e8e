import { planProxies, type ProxySet } from '@changeover/proxies'
import { differential } from '@changeover/proxies/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workItems } from '../index.ts'
import { openWorkItemProxies, type WorkItemProxies } from './work-item-proxies.fixture.ts'

let proxies: WorkItemProxies
let set: ProxySet
const seed = Date.now() % 2 ** 31
/** A seed that is known to meet each planted defect. */
const known = 7

beforeAll(async () => {
  // Fewer rows, more cases.
  proxies = await openWorkItemProxies((database) =>
    database.query('DELETE FROM event WHERE hashtext(id::text) % 4 <> 0'),
  )
  set = await planProxies(proxies.database, { mappings: workItems.mappings })
})
afterAll(() => proxies.close())

describe('the differential suite', () => {
  test('finds no query and no write that a view answers otherwise than its table', {
    timeout: 120_000,
  }, async () => {
    const report = await differential(proxies.database, set, { seed, reads: 200, writes: 12 })
    console.info(`differential suite, seed ${seed}: ${JSON.stringify(report)}`)
    expect(report.reads).toBeGreaterThanOrEqual(200 * set.proxies.length)
    expect(report.accepted).toBeGreaterThan(100)
    expect(report.accepted).toBeGreaterThan(report.refusedByTarget)
  })

  test.each([
    ['a value that is read wrongly', 'read_integer', /RETURN \(/, 'RETURN 1 + (', ['staff_task']],
    ['checks that are not asked', 'staff_task_update', /NOT \(\(/g, 'FALSE AND ((', ['staff_task']],
    [
      'a field that is not written',
      'staff_task_update',
      /("changeover_changed_1" boolean := )/,
      '$1FALSE AND ',
      ['staff_task'],
    ],
    [
      'references that stay when their row goes',
      'event_delete',
      /SET "linked_event_id" = NULL WHERE/,
      '$& FALSE AND',
      ['event', 'staff_task'],
    ],
    [
      'links that are never made',
      'staff_task_teams_insert',
      /"work_type" IN \([^)]*\)/,
      'FALSE',
      ['staff_task_teams'],
    ],
  ])('finds %s', { timeout: 60_000 }, async (_name, name, pattern, by, tables) => {
    const some = { ...set, proxies: set.proxies.filter(({ table }) => tables.includes(table.name)) }
    const { rows } = await proxies.database.query<{ definition: string }>(
      `SELECT pg_get_functiondef(oid) AS definition FROM pg_proc WHERE proname = $1 AND pronamespace = 'changeover_legacy'::regnamespace`,
      [name],
    )
    const definition = rows[0]?.definition ?? ''
    const broken = definition.replace(pattern, by)
    expect(broken).not.toBe(definition)
    await proxies.database.query(broken)
    try {
      await expect(
        differential(proxies.database, some, { seed: known, reads: 60, writes: 60, report: 'first' }),
      ).rejects.toThrow(`seed: ${known}`)
    } finally {
      await proxies.database.query(definition)
    }
  })
})
