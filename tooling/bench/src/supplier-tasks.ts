import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { type Mapping, tableSql } from '@changeover/mapping'
import { sql } from '@changeover/mapping/sql'
import {
  dashboard,
  milestoneModel,
  type Model,
  moveDueDate,
  sectionModel,
  supplierTasks,
  supplierTaskSystem,
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
    await supplierTaskSystem.migrate(created.url)
    await supplierTaskSystem.seed(database)
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

/** Both sides filled; gives the templates. */
async function fill(database: PoolDatabase, rows: number): Promise<readonly string[]> {
  await supplierTaskSystem.generate(database, rows)
  for (const mapping of supplierTasks.ordered) await bringOver(database, mapping)
  const { rows: templates } = await database.query<{ id: string }>(
    `select id from project_milestone_task where starts_with(id, 'bench-') order by id`,
  )
  return templates.map(({ id }) => id)
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
