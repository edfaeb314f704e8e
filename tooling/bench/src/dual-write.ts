import { createBackfill } from '@changeover/backfill'
import { type Database, runDdl } from '@changeover/database'
import { installDualWrite } from '@changeover/dual-write'
import { createFlushSubscriber } from '@changeover/dual-write/mikro-orm'
import { ledgerDdl, storeFirstPhase } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { ormOptions, StaffTask, workItems } from '@changeover/work-items'
import { MikroORM } from '@mikro-orm/postgresql'
import { triggersByHand } from './by-hand-live.ts'
import { type Measure, median } from './measure.ts'
import { workItemDatabase } from './work-item-database.ts'

const rounds = 200
const warmUp = 20
const bounds = {
  triggers: { 'insert 1': 1.25, 'update 1': 1.35, 'insert 100': 1.3, 'update 100': 1.6 },
  subscriber: { 'insert 1': 1.6, 'update 1': 1.6, 'insert 100': 1.6, 'update 100': 1.6 },
}
/** What our triggers may cost beside triggers that a team writes by hand for this one system. */
const boundByHand = { 'insert 1': 1.25, 'update 1': 1.25, 'insert 100': 1.25, 'update 100': 1.25 }
type Capture = (typeof captures)[number]
type Write = keyof typeof boundByHand
const captures = ['without', 'by hand', 'triggers', 'subscriber'] as const

/**
 * One flush of MikroORM with dual write beside the same flush without, and beside one with triggers written by hand, in turns on
 * one server.
 */
export async function dualWrite(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const sides = new Map<Capture, OpenSide>()
  try {
    for (const capture of captures) sides.set(capture, await openSide(serverUrl, rows, capture))
    const measures: Measure[] = []
    for (const name of Object.keys(boundByHand) as Write[]) {
      say(`${name}, ${rounds} times each`)
      measures.push(...measuresOf(name, await timesOf(sides, name)))
    }
    return measures
  } finally {
    for (const side of sides.values()) await side.close()
  }
}

/** Milliseconds of each side, undisturbed. */
async function timesOf(sides: ReadonlyMap<Capture, OpenSide>, name: Write): Promise<Record<Capture, number>> {
  const times = { without: [], 'by hand': [], triggers: [], subscriber: [] } as Record<Capture, number[]>
  for (let round = 0; round < rounds + warmUp; round++)
    for (const capture of turned(round)) {
      const side = sides.get(capture)
      const time = side === undefined ? Number.NaN : await flush(side, name, round)
      if (round >= warmUp) times[capture].push(time)
    }
  return {
    without: undisturbed(times.without),
    'by hand': undisturbed(times['by hand']),
    triggers: undisturbed(times.triggers),
    subscriber: undisturbed(times.subscriber),
  }
}

function measuresOf(name: Write, times: Record<Capture, number>): readonly Measure[] {
  const beside = (ours: Capture, other: Capture, bound?: number): Measure => ({
    name: `${ours === 'by hand' ? 'triggers by hand' : `dual write by ${ours}`}, ${name}`,
    ours: ms(times[ours]),
    other: `${other} ${ms(times[other])}`,
    ratio: times[ours] / times[other],
    ...(bound !== undefined && { bound }),
  })
  return [
    beside('triggers', 'without', bounds.triggers[name]),
    beside('triggers', 'by hand', boundByHand[name]),
    beside('subscriber', 'without', bounds.subscriber[name]),
    beside('by hand', 'without'),
  ]
}

/** The sides in another order each time, so that none always comes after the same one. */
function turned(round: number): readonly Capture[] {
  const first = round % captures.length
  return [...captures.slice(first), ...captures.slice(0, first)]
}

/** The median of the faster half: what else the machine does makes some rounds slower, and none faster. */
function undisturbed(times: readonly number[]): number {
  return median(times.toSorted((left, right) => left - right).slice(0, Math.ceil(times.length / 2)))
}

const ms = (time: number) => `${time.toFixed(2)} ms`

async function openSide(serverUrl: string, rows: number, capture: Capture) {
  const database = await workItemDatabase(serverUrl, rows)
  const { name: migration, mappings, ordered } = workItems
  if (capture !== 'without') {
    const backfill = createBackfill({ database, sync: createSync(mappings), migration })
    for (const mapping of ordered) await backfill.run(mapping, { heldValues: 'overwrite', speed: 'full' })
  }
  if (capture === 'by hand') for (const statement of triggersByHand) await database.query(statement)
  if (capture === 'triggers' || capture === 'subscriber') {
    await runDdl(database, ledgerDdl)
    const first = { phase: 'legacy-leads', by: 'bench', reason: 'bench' } as const
    await database.transaction((tx) => storeFirstPhase(tx, migration, first))
    await installDualWrite(database, {
      migration,
      mappings,
      capture: capture === 'triggers' ? 'triggers' : 'orm',
    })
  }
  await database.query('VACUUM ANALYZE')
  const orm = new MikroORM({ ...ormOptions, clientUrl: database.url, pool: { min: 1, max: 1 } })
  if (capture === 'subscriber')
    orm.em
      .getEventManager()
      .registerSubscriber(createFlushSubscriber({ migration, mappings, capture: 'orm' }))
  const em = orm.em.fork()
  const ids = (await em.find(StaffTask, {}, { fields: ['id'], limit: 10_000, orderBy: { id: 'asc' } })).map(
    ({ id }) => id,
  )
  const close = async () => {
    if (capture !== 'without') await requireEqual(database)
    await orm.close()
    await database.close()
  }
  return { orm, ids, close }
}

/** A dual write that does not happen costs nothing. */
async function requireEqual(database: Database): Promise<void> {
  const { rows } = await database.query<{ apart: number }>(
    `SELECT count(*)::int AS apart FROM staff_task s FULL JOIN (SELECT * FROM work_item WHERE work_type IN ('task', 'subtask')) w
      ON w.task_data ->> 'legacy_id' = s.id::text WHERE s.title IS DISTINCT FROM w.title OR s.progress IS DISTINCT FROM w.progress`,
  )
  if (rows[0]?.apart !== 0) throw new Error(`dual write left ${rows[0]?.apart} rows apart`)
}

type OpenSide = Awaited<ReturnType<typeof openSide>>

/** Milliseconds of the flush alone. */
async function flush({ orm, ids }: OpenSide, name: string, round: number): Promise<number> {
  const em = orm.em.fork()
  const count = name.endsWith('100') ? 100 : 1
  if (name.startsWith('insert')) {
    for (let index = 0; index < count; index++)
      em.create(StaffTask, {
        title: `Task ${round}.${index}`,
        description: 'a task',
        priority: 'high',
        geographicScope: { barangay: index },
      })
  } else {
    const from = (round * count) % (ids.length - count)
    const tasks = await em.find(StaffTask, { id: { $in: ids.slice(from, from + count) } })
    for (const task of tasks)
      em.assign(task, { title: `Changed ${round} ${task.id}`, progress: (round * 7) % 100 })
  }
  const start = performance.now()
  await em.flush()
  return performance.now() - start
}
