import { fromPool, type Database } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { lossSql, type Mapping } from '@changeover/mapping'
import { createSync, identityIndexSql, type SyncResult } from '@changeover/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, seedWorkItems, workItems } from '../index.ts'

let database: Database
let drop: () => Promise<void>

beforeAll(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  database = fromPool(created.pool())
  await migrate(created.url)
  await seedWorkItems(database)
  for (const mapping of workItems.ordered) await database.query(identityIndexSql(mapping)?.text ?? '')
})
afterAll(() => drop())

const sync = createSync(workItems.mappings)

function syncAll(mapping: Mapping): Promise<SyncResult> {
  return database.transaction((tx) => sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }))
}

/** Rows that a query finds. */
async function count(from: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`)
  return rows[0]?.count ?? -1
}

describe('the sample data', () => {
  test('loses nothing under any rule', async () => {
    for (const mapping of workItems.ordered) {
      const { rows } = await database.query<Record<string, string | null>>(lossSql(mapping).text)
      const { total, ...counts } = rows[0] ?? {}
      expect(Number(total)).toBeGreaterThan(0)
      expect(Object.entries(counts).filter(([, value]) => value !== '0' && value !== null)).toEqual([])
    }
  })

  test('becomes work items, all of it, and a second time nothing is written', async () => {
    const results = []
    for (const mapping of workItems.ordered) results.push(await syncAll(mapping))
    expect(results.map(({ inserted, refused }) => ({ inserted, refused }))).toEqual([
      { inserted: 25, refused: [] },
      { inserted: 200, refused: [] },
      { inserted: 150, refused: [] },
    ])
    for (const mapping of workItems.ordered)
      expect(await syncAll(mapping)).toMatchObject({ inserted: 0, updated: 0, linked: 0, unlinked: 0 })
  })

  // Written by hand from the requirements, not from the mapping: a second opinion.
  test('agrees with a comparison written by hand', async () => {
    expect(await count('staff_task')).toBe(await count(`work_item WHERE work_type IN ('task', 'subtask')`))
    expect(
      await count(`staff_task s LEFT JOIN work_item w ON w.task_data ->> 'legacy_id' = s.id::text
        LEFT JOIN work_item p ON p.id = w.parent_id
        WHERE w.title IS DISTINCT FROM s.title OR w.status IS DISTINCT FROM s.status OR w.priority IS DISTINCT FROM s.priority
          OR w.due_date IS DISTINCT FROM s.due_date OR w.completed_at IS DISTINCT FROM s.completed_at
          OR (w.task_data ->> 'board_position')::int IS DISTINCT FROM s.board_position
          OR (w.task_data ->> 'estimated_hours')::numeric IS DISTINCT FROM s.estimated_hours
          OR w.task_data -> 'geographic_scope' IS DISTINCT FROM s.geographic_scope
          OR w.work_type IS DISTINCT FROM CASE WHEN s.recurrence_parent_id IS NULL THEN 'task' ELSE 'subtask' END
          OR coalesce(p.task_data ->> 'legacy_id', p.project_data ->> 'legacy_id', p.activity_data ->> 'legacy_id')
            IS DISTINCT FROM coalesce(s.recurrence_parent_id::text, s.linked_workflow_id::text, s.linked_event_id::text)`),
    ).toBe(0)
    expect(
      await count(`event e LEFT JOIN work_item w ON w.activity_data ->> 'legacy_id' = e.id::text
        WHERE w.created_by_id IS DISTINCT FROM e.organizer_id
          OR (w.start_date + w.start_time) AT TIME ZONE 'Asia/Manila' IS DISTINCT FROM e.start_datetime
          OR (w.due_date + coalesce(w.end_time, '00:00')) AT TIME ZONE 'Asia/Manila' IS DISTINCT FROM e.end_datetime
          OR w.activity_data ->> 'legacy_status' IS DISTINCT FROM e.status
          OR w.activity_data -> 'coordinates' IS DISTINCT FROM e.coordinates
          OR w.status IS DISTINCT FROM CASE WHEN e.status IN ('draft','planned','scheduled','confirmed') THEN 'not_started'
            WHEN e.status IN ('postponed','rescheduled') THEN 'at_risk' ELSE e.status END`),
    ).toBe(0)
    expect(
      await count(`project_workflow p LEFT JOIN work_item w ON w.project_data ->> 'legacy_id' = p.id::text
        WHERE w.allocated_budget IS DISTINCT FROM p.estimated_budget OR w.progress IS DISTINCT FROM p.overall_progress
          OR w.project_data ->> 'workflow_stage' IS DISTINCT FROM p.current_stage
          OR w.status IS DISTINCT FROM CASE WHEN p.is_blocked THEN 'blocked' WHEN NOT p.is_on_track THEN 'at_risk'
            WHEN p.current_stage = 'completion' THEN 'completed' WHEN p.current_stage = 'need_identification' THEN 'not_started'
            ELSE 'in_progress' END`),
    ).toBe(0)
    expect(await count(`work_item_assignees`)).toBe(await count(`staff_task_assignees`))
    expect(
      await count(`staff_task_assignees l FULL JOIN (SELECT w.task_data ->> 'legacy_id' AS id, a.app_user_id
        FROM work_item w JOIN work_item_assignees a ON a.work_item_id = w.id) t ON t.id = l.staff_task_id::text AND t.app_user_id = l.app_user_id
        WHERE t.id IS NULL OR l.staff_task_id IS NULL`),
    ).toBe(0)
  })

  test('comes back exactly when the target leads and legacy is empty', async () => {
    const tables = [
      'staff_task',
      'project_workflow',
      'event',
      'staff_task_assignees',
      'staff_task_teams',
      'event_organizations',
      'event_co_organizers',
      'event_facilitators',
    ]
    for (const table of tables) await database.query(`CREATE TABLE before_${table} AS SELECT * FROM ${table}`)
    await database.query(`TRUNCATE ${tables.join(', ')}`)
    const ids = async (path: string) =>
      (
        await database.query<{ id: string }>(`SELECT ${path} AS id FROM work_item WHERE ${path} IS NOT NULL`)
      ).rows.map(({ id }) => [id])
    const paths = {
      ProjectWorkflow: `project_data ->> 'legacy_id'`,
      Event: `activity_data ->> 'legacy_id'`,
      StaffTask: `task_data ->> 'legacy_id'`,
    }
    for (const mapping of workItems.ordered) {
      const keys = await ids(paths[mapping.name as keyof typeof paths])
      const result = await database.transaction((tx) =>
        sync.keys(tx, mapping, 'backward', keys, { heldValues: 'keep' }),
      )
      expect(result).toMatchObject({ inserted: keys.length, refused: [] })
    }
    for (const table of tables) {
      expect(await count(`(SELECT * FROM before_${table} EXCEPT ALL SELECT * FROM ${table}) x`)).toBe(0)
      expect(await count(table)).toBe(await count(`before_${table}`))
    }
  })
})
