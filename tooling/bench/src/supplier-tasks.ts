import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { type Mapping, tableSql } from '@changeover/mapping'
import { sql } from '@changeover/mapping/sql'
import {
  dashboard,
  migrate,
  milestoneModel,
  type Model,
  moveDueDate,
  seedSupplierTasks,
  sectionModel,
  supplierTasks,
  supplierWork,
} from '@changeover/supplier-tasks'
import { createSync } from '@changeover/sync'
import { type Measure, median, seconds } from './measure.ts'

const rounds = 40
const suppliers = 1_000
const v1 = milestoneModel((table) => table)

type Work = (model: Model, round: number) => Promise<unknown>

/** What the application does most, in the new model beside the legacy one: the same statements, turn by turn. */
export async function supplierTaskBench(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const created = await createTestDatabase({ serverUrl })
  const database = createPoolDatabase({ url: created.url })
  try {
    await migrate(created.url)
    await seedSupplierTasks(database)
    say(`making ${rows} tasks of ${suppliers} suppliers`)
    const templates = await fill(database, rows)
    await database.query('VACUUM ANALYZE')
    const at = (round: number) => templates[round % templates.length] ?? ''
    const day = (round: number) => `2027-01-${String(1 + (round % 28)).padStart(2, '0')}`
    const works: readonly (readonly [name: string, bound: number, work: Work])[] = [
      [
        `due date of a template moved, ${suppliers / 2} of ${suppliers} tasks follow`,
        1.2,
        (model, round) => database.transaction((tx) => moveDueDate(tx, model, at(round), day(round))),
      ],
      ['dashboard of all tasks', 1.2, (model) => dashboard(database, model, '2026-06-30')],
      [
        'tasks of one supplier',
        1.2,
        (model, round) => supplierWork(database, model, `bench-${1 + round}`, 'bench'),
      ],
    ]
    const measures: Measure[] = []
    for (const [name, bound, work] of works) {
      say(name)
      measures.push(await compare(name, bound, work))
    }
    return measures
  } finally {
    await database.close()
    await created.drop()
  }
}

/** Templates of one project with a task for each supplier, every second one with a date of its own; on both sides. */
async function fill(database: PoolDatabase, rows: number): Promise<readonly string[]> {
  const count = Math.max(1, Math.round(rows / suppliers))
  await database.query(`
    insert into project values ('bench', 'Bench', '');
    insert into supplier select 'bench-' || n, 'Supplier ' || n, '', 'B' || n from generate_series(1, ${suppliers}) as n;
    insert into supplier_project_instance select 'bench-' || n, 'bench-' || n, 'bench' from generate_series(1, ${suppliers}) as n;
    insert into task select 'bench-' || n, 'm-pa1', 'Task ' || n, '', n from generate_series(1, ${count}) as n;
    insert into project_milestone_task select 'bench-' || n, 'bench', 'm-pa1', 'bench-' || n, date '2026-01-01' + n, '', null from generate_series(1, ${count}) as n;
    insert into supplier_task_instance (id, supplier_project_instance_id, project_milestone_task_id, due_date, actual_due_date)
      select 'bench-' || s || '-' || t, 'bench-' || s, 'bench-' || t, date '2026-01-01' + t, case when s % 2 = 0 then date '2026-02-01' + t end
        from generate_series(1, ${count}) as t, generate_series(1, ${suppliers}) as s`)
  await database.query('ANALYZE')
  for (const mapping of supplierTasks.ordered) await bringOver(database, mapping)
  return Array.from({ length: count }, (_none, index) => `bench-${index + 1}`)
}

async function bringOver(database: PoolDatabase, mapping: Mapping): Promise<void> {
  const sync = createSync(supplierTasks.mappings)
  let after: readonly string[] | undefined
  do {
    const range = { limitRows: 5_000, ...(after === undefined ? {} : { after }) }
    const { keys } = await database.transaction((tx) =>
      sync.batch(tx, mapping, 'forward', range, { heldValues: 'overwrite' }),
    )
    await database.query(sql`ANALYZE ${tableSql(mapping.target)}`.text)
    after = keys.at(-1)
  } while (after !== undefined)
}

async function compare(name: string, bound: number, work: Work): Promise<Measure> {
  const ours: number[] = []
  const others: number[] = []
  for (let round = 0; round < rounds; round++) {
    others.push(await seconds(() => work(v1, round)))
    ours.push(await seconds(() => work(sectionModel, round)))
  }
  const [after, before] = [median(ours), median(others)]
  const shown = (value: number) => `${(value * 1000).toFixed(1)} ms`
  return { name, ours: `V2 ${shown(after)}`, other: `V1 ${shown(before)}`, ratio: after / before, bound }
}
