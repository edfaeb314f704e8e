import type { Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import { installProxies } from '@changeover/proxies'
import { proxyDiscovery, proxyManager } from '@changeover/proxies/mikro-orm'
import { createSync } from '@changeover/sync'
import { ormOptions, StaffTask, workItems } from '@changeover/work-items'
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql'
import { viewByHand, viewIndexesByHand } from './by-hand-live.ts'
import { type Measure, median, seconds } from './measure.ts'
import { workItemDatabase } from './work-item-database.ts'

const rounds = 40
const warmUp = 10

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
  for (const statement of [viewByHand, ...viewIndexesByHand]) await database.query(statement)
  await database.query('VACUUM ANALYZE')
  const orm = new MikroORM({
    ...ormOptions,
    clientUrl: database.url,
    discovery: { onMetadata: proxyDiscovery(mappings) },
  })
  try {
    return await measureAll(orm, await someKeys(database), say)
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
  ids: readonly string[],
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const reads: readonly Named[] = [
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
  ]
  const writes: readonly Named[] = [
    [
      'one update',
      1.3,
      (on, round) => on.nativeUpdate(StaffTask, { id: ids[round] ?? '' }, { title: `r${round}` }),
    ],
    ['one insert', 1.3, (on, round) => on.insert(StaffTask, { title: `bench ${round}` })],
    ['one delete', 1.3, (on, round) => on.nativeDelete(StaffTask, { id: ids[round] ?? '' })],
  ]
  const measures: Measure[] = []
  for (const named of [...reads, ...writes]) {
    const [name] = named
    say(name)
    measures.push(...(await measure(em as EntityManager, named, reads.includes(named))))
  }
  return measures
}

type Named = readonly [name: string, bound: number, work: Work]

type Work = (em: EntityManager, round: number) => Promise<unknown>

/** The median of each side; sides take turns, so that whatever slows the machine down slows all. */
async function measure(
  em: EntityManager,
  [name, bound, work]: Named,
  byHand: boolean,
): Promise<readonly Measure[]> {
  const sides = {
    table: () => proxyManager(em, 'legacy-leads'),
    view: () => proxyManager(em, 'target-leads'),
    ...(byHand && { 'view by hand': () => em.fork({ schema: 'by_hand' }) }),
  }
  const times: Partial<Record<string, number[]>> = {}
  for (let round = -warmUp; round < rounds; round += 1)
    for (const [side, managerOf] of Object.entries(sides)) {
      const time = await seconds(() => work(managerOf(), round + warmUp))
      if (round >= 0) (times[side] ??= []).push(time)
    }
  const of = (side: string) => median(times[side] ?? [])
  const beside = (ours: string, other: string, held?: number): Measure => ({
    name: ours === 'view' ? name : `${name}, ${ours}`,
    ours: `${ours} ${(of(ours) * 1000).toFixed(2)} ms`,
    other: `${other} ${(of(other) * 1000).toFixed(2)} ms`,
    ratio: of(ours) / of(other),
    ...(held !== undefined && { bound: held }),
  })
  const shown = beside('view', 'table', bound)
  return byHand ? [shown, beside('view by hand', 'table')] : [shown]
}

/** Keys that no other row refers to, spread over the table. */
async function someKeys(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT id::text AS id FROM staff_task AS s WHERE NOT EXISTS (SELECT FROM staff_task WHERE recurrence_parent_id = s.id)
      ORDER BY hashint8(id) LIMIT ${rounds + warmUp}`,
  )
  return rows.map(({ id }) => id)
}
