import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { lossSql, type Mapping } from '@changeover/mapping'
import { audit } from '@changeover/migration'
import { createSync, type SyncResult } from '@changeover/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, seedSupplierTasks, supplierTasks } from '../index.ts'

let database: Database
let drop: () => Promise<void>

beforeAll(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  database = fromPool(created.pool())
  await migrate(created.url)
  await seedSupplierTasks(database)
})
afterAll(() => drop())

const sync = createSync(supplierTasks.mappings)

function syncAll(mapping: Mapping): Promise<SyncResult> {
  return database.transaction((tx) => sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }))
}

/** Rows that a query finds. */
async function count(from: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`)
  return rows[0]?.count ?? -1
}

describe('the sample data', () => {
  test('loses nothing under any rule, and an audit finds it sound', async () => {
    for (const mapping of supplierTasks.ordered) {
      const { rows } = await database.query<Record<string, string | null>>(lossSql(mapping).text)
      const { total, ...counts } = rows[0] ?? {}
      expect(Number(total)).toBeGreaterThan(0)
      expect(Object.entries(counts).filter(([, value]) => value !== '0' && value !== null)).toEqual([])
    }
    expect(await audit(database, supplierTasks)).toMatchObject({ verdict: 'sound', findings: [] })
  })

  test('becomes sections, tasks, templates and instances, and a second time nothing is written', async () => {
    const tables = ['milestone', 'task', 'project_milestone_task', 'supplier_task_instance']
    for (const [index, mapping] of supplierTasks.ordered.entries()) {
      const rows = await count(tables[index] ?? '')
      expect(await syncAll(mapping)).toMatchObject({ inserted: rows, refused: [] })
    }
    for (const mapping of supplierTasks.ordered)
      expect(await syncAll(mapping)).toMatchObject({ inserted: 0, updated: 0, deleted: 0 })
  })

  // Written by hand from the requirements, not from the mapping: a second opinion.
  test('has the sections that the codes stand for, and no two alike', async () => {
    const { rows } = await database.query<{ id: string; name: string }>(
      'select id, name from task_type_section order by id',
    )
    expect(Object.fromEntries(rows.map(({ id, name }) => [id, name]))).toEqual({
      'm-pa1': 'Kick-off',
      'm-pa2': 'First Article',
      'm-pa3': 'Production Trial',
      'm-fa': 'First Article (FA)',
      'm-nmr1': 'Documentation',
      'm-nmr2': 'Testing',
      'm-nmr3': 'Review',
      'm-r1': 'Review',
      'm-r2': 'Review (R2)',
      'm-r3': 'Review (R2, m-r3)',
      'm-pa2b': 'Trial run',
      'm-empty': 'No tasks yet',
      'm-odd': 'Ω – 検査',
    })
  })

  test('agrees with a comparison written by hand', async () => {
    expect(
      await count(`task t full join task_v2 v on v.id = t.id left join milestone m on m.id = t.milestone_id
        where t.id is null or v.id is null or v.section_id is distinct from t.milestone_id or v.task_type_id is distinct from m.task_type_id
          or v.name <> t.name or v.description <> t.description or v.sequence <> t.sequence or v.parent_task_id is not null`),
    ).toBe(0)
    expect(
      await count(`project_milestone_task p full join project_task_template t on t.id = p.id
        where p.id is null or t.id is null or t.project_id <> p.project_id or t.task_id <> p.task_id or t.section_id is distinct from p.milestone_id
          or t.due_date <> p.due_date or t.notes <> p.notes
          or coalesce(t.legacy_data -> 'responsible_parties', t.legacy_data -> 'responsibleParties')::text is distinct from p.responsible_parties::text`),
    ).toBe(0)
    expect(
      await count(`(select id, supplier_project_instance_id, project_milestone_task_id, status, due_date, actual_due_date, owner, notes, is_applied,
          blocked_reason, submission_files::text, created_at, updated_at from supplier_task_instance
        except select id, supplier_project_instance_id, project_task_template_id, status, due_date, actual_due_date, owner, notes, is_applied,
          blocked_reason, submission_files::text, created_at, updated_at from supplier_task_instance_v2) x`),
    ).toBe(0)
    expect(await count('supplier_task_instance')).toBe(await count('supplier_task_instance_v2'))
    expect(
      await count(`(select distinct p.project_id, m.task_type_id from project_milestone_task p join milestone m on m.id = p.milestone_id) x
        full join project_task_type t using (project_id, task_type_id) where t.is_active is not true or x.project_id is null`),
    ).toBe(0)
  })

  test('comes back exactly when the target leads and legacy is empty', async () => {
    const tables = ['milestone', 'task', 'project_milestone_task', 'supplier_task_instance']
    for (const table of tables) await database.query(`create table before_${table} as select * from ${table}`)
    await database.query(`truncate ${tables.join(', ')}`)
    for (const mapping of supplierTasks.ordered) {
      const { rows } = await database.query<{ id: string }>(`select id from ${mapping.target.name}`)
      const result = await database.transaction((tx) =>
        sync.keys(
          tx,
          mapping,
          'backward',
          rows.map(({ id }) => [id]),
          { heldValues: 'keep' },
        ),
      )
      expect(result).toMatchObject({ inserted: rows.length, refused: [] })
    }
    for (const table of tables) {
      expect(
        await count(`(select x::text from before_${table} x except select x::text from ${table} x) y`),
      ).toBe(0)
      expect(await count(table)).toBe(await count(`before_${table}`))
    }
  })
})
