import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Home, openHome } from '../behaviour/supplier-task-home.fixture.ts'

let home: Home
afterEach(() => home.close())

async function names(type: string): Promise<Readonly<Record<string, string>>> {
  const { rows } = await home.database.query<{ id: string; name: string }>(
    'select id, name from task_type_section where task_type_id = $1',
    [type],
  )
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]))
}

describe('while legacy leads, a section is named anew when', () => {
  beforeEach(async () => {
    home = await openHome('legacy-leads')
  })

  test('its task type is renamed', async () => {
    await home.database.query(`update task_type set name = 'Part approval (old)' where id = 'tt-pa'`)
    expect(await names('tt-pa')).toEqual({
      'm-pa1': 'Kick-off',
      'm-pa2': 'Part approval, second',
      'm-pa3': 'Production Trial',
      'm-fa': 'First Article',
    })
  })

  test('the sibling that had the name before it goes, or comes back', async () => {
    await home.database.query(`delete from supplier_task_instance using project_milestone_task p
      where p.id = project_milestone_task_id and p.milestone_id = 'm-r1'`)
    await home.database.query(`delete from project_milestone_task where milestone_id = 'm-r1'`)
    await home.database.query(`delete from task where milestone_id = 'm-r1'`)
    await home.database.query(`delete from milestone where id = 'm-r1'`)
    expect(await names('tt-tool')).toMatchObject({ 'm-r2': 'Review', 'm-r3': 'Review (R2, m-r3)' })
    await home.database.query(`insert into milestone values ('m-r1', 'tt-tool', 'R1', 'Review', 1)`)
    expect(await names('tt-tool')).toMatchObject({ 'm-r1': 'Review', 'm-r2': 'Review (R2)' })
  })

  test('siblings change places, or one moves to another type with its tasks', async () => {
    await home.database.query(`update milestone set sequence = 9 where id = 'm-r1'`)
    expect(await names('tt-tool')).toMatchObject({ 'm-r2': 'Review', 'm-r1': 'Review (R1)' })
    await home.database.query(`update milestone set task_type_id = 'tt-nmr' where id = 'm-r2'`)
    expect(await names('tt-tool')).toMatchObject({ 'm-r3': 'Review' })
    expect(await names('tt-nmr')).toMatchObject({ 'm-r2': 'Review', 'm-nmr3': 'Review (NMR3)' })
    const { rows } = await home.database.query(
      `select count(*)::int as tasks from task_v2 where section_id = 'm-r2' and task_type_id = 'tt-nmr'`,
    )
    expect(rows).toEqual([{ tasks: 3 }])
  })
})

describe('while the target leads', () => {
  beforeEach(async () => {
    home = await openHome('target-leads')
  })
  const refused = { code: 'DATABASE.CONSTRAINT_VIOLATED' }

  test('a table that both models use is written as before, and legacy is not', async () => {
    await home.database.query(`insert into task_type values ('tt-new', 'New')`)
    await expect(home.database.query(`update milestone set sequence = 5 where id = 'm-r1'`)).rejects.toThrow(
      /milestone/,
    )
  })

  test('a new section, and a new name of its own, reach the milestones', async () => {
    await home.database.query(
      `insert into task_type_section (id, task_type_id, name, sequence) values ('new', 'tt-tool', 'Fresh', 9)`,
    )
    await home.database.query(`update task_type_section set name = 'Launch' where id = 'm-pa1'`)
    const { rows } = await home.database.query(
      `select id, code, name from milestone where id in ('new', 'm-pa1') order by id`,
    )
    expect(rows).toEqual([
      { id: 'm-pa1', code: 'PA1', name: 'Launch' },
      { id: 'new', code: '', name: 'Fresh' },
    ])
  })

  test('a name that comes from a code, and a task outside its type, are refused: milestones could not say so', async () => {
    await expect(
      home.database.query(`update task_type_section set name = 'FAI' where id = 'm-pa2'`),
    ).rejects.toMatchObject(refused)
    await expect(
      home.database.query(`update task_v2 set task_type_id = 'tt-nmr' where id = 't-m-pa1-1'`),
    ).rejects.toMatchObject(refused)
  })
})
