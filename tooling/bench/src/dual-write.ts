import { createBackfill } from '@changeover/backfill'
import { runDdl } from '@changeover/database'
import { installDualWrite } from '@changeover/dual-write'
import { ledgerDdl, storeFirstPhase } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { ormOptions, StaffTask, workItems } from '@changeover/work-items'
import { MikroORM } from '@mikro-orm/postgresql'
import { type Measure, median } from './measure.ts'
import { workItemDatabase } from './work-item-database.ts'

const rounds = 150
const bounds = { 'insert 1': 1.25, 'update 1': 1.35, 'insert 100': 1.3, 'update 100': 1.6 }

/** One flush of MikroORM with dual write beside the same flush without, in turns on one server. */
export async function dualWrite(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const sides = {
    without: await openSide(serverUrl, rows, false),
    triggers: await openSide(serverUrl, rows, true),
  }
  const measures: Measure[] = []
  try {
    for (const [name, bound] of Object.entries(bounds)) {
      say(`${name}, ${rounds} times each`)
      const times = { without: [] as number[], triggers: [] as number[] }
      for (let round = 0; round < rounds + 10; round++)
        for (const side of ['without', 'triggers'] as const) {
          const time = await flush(sides[side], name, round)
          if (round >= 10) times[side].push(time)
        }
      const [without, triggers] = [median(times.without), median(times.triggers)]
      const ms = (time: number) => `${time.toFixed(2)} ms`
      measures.push({
        name: `dual write, ${name}`,
        ours: ms(triggers),
        other: `without ${ms(without)}`,
        ratio: triggers / without,
        bound,
      })
    }
    return measures
  } finally {
    for (const side of Object.values(sides)) await side.close()
  }
}

async function openSide(serverUrl: string, rows: number, dual: boolean) {
  const database = await workItemDatabase(serverUrl, rows)
  if (dual) {
    const { name: migration, mappings, ordered } = workItems
    const backfill = createBackfill({ database, sync: createSync(mappings), migration })
    for (const mapping of ordered) await backfill.run(mapping, { heldValues: 'overwrite' })
    await runDdl(database, ledgerDdl)
    const first = { phase: 'legacy-leads', by: 'bench', reason: 'bench' } as const
    await database.transaction((tx) => storeFirstPhase(tx, migration, first))
    await installDualWrite(database, { migration, mappings })
    await database.query('VACUUM ANALYZE')
  }
  const orm = new MikroORM({ ...ormOptions, clientUrl: database.url, pool: { min: 1, max: 1 } })
  const em = orm.em.fork()
  const ids = (await em.find(StaffTask, {}, { fields: ['id'], limit: 10_000, orderBy: { id: 'asc' } })).map(
    ({ id }) => id,
  )
  const close = async () => {
    await orm.close()
    await database.close()
  }
  return { orm, ids, close }
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
