import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { ledgerDdl, type PhaseName, storeFirstPhase } from '@changeover/rollout'
import { createSync, identityIndexSql } from '@changeover/sync'
import { MikroORM } from '@mikro-orm/postgresql'
import { migrate } from '../migrate.ts'
import { ormOptions } from '../orm-options.ts'
import { seedWorkItems } from '../seed/seed-work-items.ts'
import { workItems } from '../work-items.ts'

/** The sample data on both sides, the phase store, and an ORM of its own. Nothing captures yet. */
export interface Home {
  readonly database: PoolDatabase
  readonly orm: MikroORM
  readonly url: string
  /** The phase, as a flip leaves it behind. */
  lead(phase: PhaseName): Promise<void>
  /** What the two sides do not agree on, told by SQL written by hand; empty where they do. */
  apart(): Promise<readonly string[]>
  /** Makes the target exact again. */
  mend(): Promise<void>
  close(): Promise<void>
}

const sync = createSync(workItems.mappings)

export async function openHome(phase: PhaseName): Promise<Home> {
  const created = await createTestDatabase()
  const database = createPoolDatabase({ url: created.url, maxConnections: 4 })
  await migrate(created.url)
  await seedWorkItems(database)
  for (const mapping of workItems.mappings) await database.query(identityIndexSql(mapping)?.text ?? '')
  await runDdl(database, ledgerDdl)
  await database.transaction((tx) =>
    storeFirstPhase(tx, workItems.name, { phase, by: 'test', reason: 'test' }),
  )
  const orm = new MikroORM({ ...ormOptions, clientUrl: created.url, pool: { min: 0, max: 4 } })
  const mend = async () => {
    for (const mapping of workItems.ordered)
      await database.transaction((tx) => sync.range(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }))
  }
  await mend()
  await database.query('ANALYZE')
  return {
    database,
    orm,
    url: created.url,
    mend,
    lead: async (next) => {
      await database.query(
        'UPDATE changeover.phase SET phase = $1, epoch = epoch + 1, target_has_led = TRUE',
        [next],
      )
    },
    apart: async () => {
      const { rows } = await database.query<{ said: string }>(apart)
      return rows.map(({ said }) => said)
    },
    close: async () => {
      await orm.close(true)
      await database.close()
      await created.drop()
    },
  }
}

// Written by hand from the requirements, not from the mappings: a second opinion.
const apart = `
  SELECT concat_ws(' ', 'task', s.id, w.id) AS said FROM staff_task s
    FULL JOIN (SELECT * FROM work_item WHERE work_type IN ('task', 'subtask')) w ON w.task_data ->> 'legacy_id' = s.id::text
    LEFT JOIN work_item p ON p.id = w.parent_id
    WHERE w.title IS DISTINCT FROM s.title OR w.status IS DISTINCT FROM s.status OR w.priority IS DISTINCT FROM s.priority
      OR w.progress IS DISTINCT FROM s.progress OR w.due_date IS DISTINCT FROM s.due_date OR w.completed_at IS DISTINCT FROM s.completed_at
      OR w.created_by_id IS DISTINCT FROM s.created_by_id OR (w.task_data ->> 'board_position')::int IS DISTINCT FROM s.board_position
      OR (w.task_data ->> 'estimated_hours')::numeric IS DISTINCT FROM s.estimated_hours
      OR w.task_data -> 'geographic_scope' IS DISTINCT FROM s.geographic_scope
      OR coalesce(p.task_data ->> 'legacy_id', p.project_data ->> 'legacy_id', p.activity_data ->> 'legacy_id')
        IS DISTINCT FROM coalesce(s.recurrence_parent_id::text, s.linked_workflow_id::text, s.linked_event_id::text)
  UNION ALL SELECT concat_ws(' ', 'event', e.id, w.id) FROM event e
    FULL JOIN (SELECT * FROM work_item WHERE work_type IN ('activity', 'sub_activity')) w ON w.activity_data ->> 'legacy_id' = e.id::text
    WHERE w.title IS DISTINCT FROM e.title OR w.created_by_id IS DISTINCT FROM e.organizer_id OR w.priority IS DISTINCT FROM e.priority
      OR (w.start_date + w.start_time) AT TIME ZONE 'Asia/Manila' IS DISTINCT FROM e.start_datetime
      OR w.activity_data ->> 'venue' IS DISTINCT FROM e.venue
  UNION ALL SELECT concat_ws(' ', 'project', l.id, w.id) FROM project_workflow l
    FULL JOIN (SELECT * FROM work_item WHERE work_type = 'project') w ON w.project_data ->> 'legacy_id' = l.id::text
    WHERE w.title IS DISTINCT FROM l.title OR w.progress IS DISTINCT FROM l.overall_progress OR w.allocated_budget IS DISTINCT FROM l.estimated_budget
  UNION ALL SELECT concat_ws(' ', 'assignee', l.staff_task_id, l.app_user_id, t.id, t.app_user_id) FROM staff_task_assignees l
    FULL JOIN (SELECT w.task_data ->> 'legacy_id' AS id, a.app_user_id FROM work_item w JOIN work_item_assignees a ON a.work_item_id = w.id) t
      ON t.id = l.staff_task_id::text AND t.app_user_id = l.app_user_id WHERE t.id IS NULL OR l.staff_task_id IS NULL
  UNION ALL SELECT concat_ws(' ', 'facilitator', l.event_id, l.app_user_id, t.id, t.app_user_id) FROM event_facilitators l
    FULL JOIN (SELECT w.activity_data ->> 'legacy_id' AS id, a.app_user_id FROM work_item w JOIN work_item_facilitators a ON a.work_item_id = w.id) t
      ON t.id = l.event_id::text AND t.app_user_id = l.app_user_id WHERE t.id IS NULL OR l.event_id IS NULL`
