import type { Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import { installProxies } from '@changeover/proxies'
import { proxyDiscovery, proxyManager } from '@changeover/proxies/mikro-orm'
import { createSync } from '@changeover/sync'
import { ormOptions, StaffTask, workItems } from '@changeover/work-items'
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql'
import { type Measure, median, seconds } from './measure.ts'
import { workItemDatabase } from './work-item-database.ts'

const rounds = 40

/** Legacy queries through MikroORM on the views over the target, beside the same on the legacy tables, turn by turn. */
export async function proxies(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const database = await workItemDatabase(serverUrl, rows)
  const { mappings } = workItems
  say('bringing the rows over')
  for (const mapping of mappings) await bringOver(database, mapping)
  await installProxies(database, { mappings })
  await database.query('VACUUM ANALYZE')
  const orm = new MikroORM({
    ...ormOptions,
    clientUrl: database.url,
    discovery: { onMetadata: proxyDiscovery(mappings) },
  })
  try {
    return await measureAll(orm, database, say)
  } finally {
    await orm.close(true)
    await database.close()
  }
}

async function bringOver(database: Database, mapping: Mapping): Promise<void> {
  const sync = createSync(workItems.mappings)
  let after: readonly string[] | undefined
  do {
    const range = { limitRows: 20_000, ...(after === undefined ? {} : { after }) }
    const { keys } = await database.transaction((tx) =>
      sync.batch(tx, mapping, 'forward', range, { heldValues: 'overwrite' }),
    )
    after = keys.at(-1)
  } while (after !== undefined)
}

async function measureAll(
  { em }: MikroORM,
  database: Database,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const ids = await someKeys(database)
  const works: readonly (readonly [name: string, bound: number, work: Work])[] = [
    ['1,000 rows read', 1.1, (on) => on.find(StaffTask, {}, { limit: 1000, orderBy: { id: 'asc' } })],
    [
      'filtered page, indexed by expressions',
      1.3,
      (on) =>
        on.find(
          StaffTask,
          { status: 'at_risk' },
          { limit: 50, orderBy: { status: 'asc', boardPosition: 'asc' } },
        ),
    ],
    ['one row by its key', 1.3, (on, round) => on.findOneOrFail(StaffTask, ids[round] ?? '')],
    [
      'one update',
      1.3,
      (on, round) => on.nativeUpdate(StaffTask, { id: ids[round] ?? '' }, { title: `r${round}` }),
    ],
    ['one insert', 1.3, (on, round) => on.insert(StaffTask, { title: `bench ${round}` })],
    ['one delete', 1.3, (on, round) => on.nativeDelete(StaffTask, { id: ids[round] ?? '' })],
  ]
  const measures: Measure[] = []
  for (const [name, bound, work] of works) {
    say(name)
    measures.push(await measure(em as EntityManager, name, bound, work))
  }
  return measures
}

type Work = (em: EntityManager, round: number) => Promise<unknown>

/** The median of each side; sides take turns, so that whatever slows the machine down slows both. */
async function measure(em: EntityManager, name: string, bound: number, work: Work): Promise<Measure> {
  const onTable: number[] = []
  const onView: number[] = []
  for (let round = -5; round < rounds; round += 1) {
    const legacy = await seconds(() => work(proxyManager(em, 'legacy-leads'), Math.abs(round)))
    const view = await seconds(() => work(proxyManager(em, 'target-leads'), Math.abs(round)))
    if (round < 0) continue
    onTable.push(legacy)
    onView.push(view)
  }
  const shown = (values: readonly number[]) => `${(median(values) * 1000).toFixed(2)} ms`
  return {
    name,
    ours: `view ${shown(onView)}`,
    other: `table ${shown(onTable)}`,
    ratio: median(onView) / median(onTable),
    bound,
  }
}

/** Keys that no other row refers to, spread over the table. */
async function someKeys(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT id::text AS id FROM staff_task AS s WHERE NOT EXISTS (SELECT FROM staff_task WHERE recurrence_parent_id = s.id)
      ORDER BY hashint8(id) LIMIT ${rounds + 1}`,
  )
  return rows.map(({ id }) => id)
}
