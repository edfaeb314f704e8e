import {
  type IndexParity,
  indexParity,
  installProxies,
  planProxies,
  removeProxies,
} from '@changeover/proxies'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateStaffTasks, workItems } from '../index.ts'
import { openWorkItemProxies, type WorkItemProxies } from './work-item-proxies.fixture.ts'

const { mappings } = workItems
let proxies: WorkItemProxies

beforeAll(async () => {
  proxies = await openWorkItemProxies(async (database) => generateStaffTasks(database, 5_000))
})
afterAll(() => proxies.close())

async function planOf(query: string): Promise<string> {
  const { rows } = await proxies.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

const states = (parity: readonly IndexParity[], state: IndexParity['state']) =>
  parity.filter((each) => each.state === state).map(({ index }) => index)

const view = 'changeover_legacy.staff_task'
const queries: readonly (readonly [query: string, index: string])[] = [
  [`SELECT * FROM ${view} WHERE id = 100`, 'proxy_staff_task_pkey'],
  [`SELECT * FROM ${view} ORDER BY id LIMIT 20`, 'proxy_staff_task_pkey'],
  [
    `SELECT * FROM ${view} WHERE status = 'at_risk' ORDER BY board_position LIMIT 20`,
    'proxy_staff_task_board_index',
  ],
  [`SELECT * FROM ${view} WHERE domain = 'mana'`, 'proxy_staff_task_domain_index'],
  [`SELECT * FROM ${view} WHERE due_date = '2026-01-02'`, 'work_item_due_date_index'],
  [`SELECT * FROM ${view} WHERE recurrence_pattern_id = 1`, 'recurrence_pattern_id_index'],
  [
    `SELECT * FROM changeover_legacy.event ORDER BY start_datetime LIMIT 3`,
    'proxy_event_start_datetime_index',
  ],
  [
    `SELECT * FROM changeover_legacy.project_workflow WHERE ppa_id = '00000000-0000-0000-0000-000000000001'`,
    'proxy_project_workflow_ppa_id_unique',
  ],
]

describe('index parity', () => {
  test('covers every index of the legacy tables, but for references that need other rows', async () => {
    const parity = await indexParity(proxies.database, await planProxies(proxies.database, { mappings }))
    expect(states(parity, 'missing')).toEqual([])
    expect(states(parity, 'impossible')).toEqual([
      'staff_task_linked_event_id_index',
      'staff_task_linked_workflow_id_index',
      'staff_task_recurrence_parent_id_index',
      'event_parent_event_id_index',
      'event_related_project_id_index',
    ])
    expect(parity.length).toBeGreaterThan(35)
  })

  test.each(queries)('lets the planner answer by an index: %s', async (query, index) => {
    expect(await planOf(query)).toContain(index)
  })

  test('is missed, and listed as missing, where an index is dropped', async () => {
    const [, , board] = queries
    await proxies.database.query('DROP INDEX proxy_staff_task_board_index')
    expect(await planOf(board?.[0] ?? '')).not.toContain('proxy_staff_task_board_index')
    const set = await planProxies(proxies.database, { mappings })
    expect(states(await indexParity(proxies.database, set), 'missing')).toEqual(['staff_task_board_index'])
    await installProxies(proxies.database, { mappings })
    expect(await planOf(board?.[0] ?? '')).toContain('proxy_staff_task_board_index')
  })

  test('comes with statistics, without which the planner guesses', async () => {
    const { rows } = await proxies.database.query<{ known: number }>(
      `SELECT count(*)::int AS known FROM pg_stats WHERE tablename = 'proxy_staff_task_domain_index'`,
    )
    expect(rows[0]?.known).toBeGreaterThan(0)
  })
})

describe('the proxies', () => {
  test('are taken away and made again, and nothing of them stays', async () => {
    const left = async () => {
      const { rows } = await proxies.database.query<{ n: number }>(
        `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'changeover_legacy')::int
          + (SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace('changeover_legacy'))::int AS n`,
      )
      return rows[0]?.n
    }
    const { set } = await installProxies(proxies.database, { mappings })
    await removeProxies(proxies.database, set)
    expect(await left()).toBe(0)
    await installProxies(proxies.database, { mappings })
    expect(await left()).toBeGreaterThan(20)
  })

  test('keep their views, triggers and functions when the ORM compares the schema', async () => {
    const sql = await proxies.orm.schema.getUpdateSchemaSQL({ wrap: false })
    expect(sql).not.toMatch(/changeover_legacy|drop (?:table|view|function|trigger)/)
  })
})
