import { spawnSync } from 'node:child_process'
import { createBackfill } from '@changeover/backfill'
import type { Database } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { staffTaskToWorkItem, workItems } from '@changeover/work-items'
import { compareLinks, compareTasks, insertTasks } from './by-hand.ts'
import { type Measure, median, seconds } from './measure.ts'
import { workItemDatabase } from './work-item-database.ts'

const heldValues = 'overwrite'
const speed = 'full'

/** Backfill and verification of staff tasks beside the same work in SQL written by hand. */
export async function foundation(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  say(`generating ${rows} staff tasks, twice`)
  const hand = await workItemDatabase(serverUrl, rows)
  const ours = await workItemDatabase(serverUrl, rows)
  try {
    const sync = createSync(workItems.mappings)
    const backfillOf = (database: Database) => createBackfill({ database, sync, migration: workItems.name })
    for (const database of [hand, ours])
      for (const mapping of workItems.ordered.slice(0, 2))
        await backfillOf(database).run(mapping, { heldValues, speed })
    await hand.query(
      'UPDATE staff_task SET recurrence_parent_id = NULL WHERE recurrence_parent_id IS NOT NULL',
    )

    say('backfill, by hand and ours')
    const handFill = await seconds(() => hand.query(insertTasks))
    const oursFill = await seconds(() => backfillOf(ours).run(staffTaskToWorkItem, { heldValues, speed }))
    say('a second backfill of clean data')
    const before = await writesOf(ours)
    const secondFill = await seconds(() =>
      backfillOf(ours).run(staffTaskToWorkItem, { heldValues, speed, restart: true }),
    )
    const written = (await writesOf(ours)) - before
    await hand.close()

    say('verification, by hand and ours, three times each')
    await ours.query('VACUUM ANALYZE')
    const verifier = createVerifier({ database: ours, sync, migration: workItems.name })
    const byHand: number[] = []
    const byUs: number[] = []
    for (let round = 0; round < 3; round++) {
      byHand.push(await seconds(() => compareByHand(ours)))
      byUs.push(await seconds(() => verifyClean(verifier)))
    }
    const small = await filled(serverUrl, rows / 10)
    const memory = [peakMegabytes(small), peakMegabytes(ours.url)]
    const rate = (time: number) => `${Math.round(rows / time / 1000)} k rows/s`
    return [
      {
        name: 'backfill, batches of 5,000, one connection',
        ours: rate(oursFill),
        other: `INSERT … SELECT ${rate(handFill)}`,
        ratio: oursFill / handFill,
        bound: 1.5,
      },
      {
        name: 'second backfill: rows written',
        ours: `${written} (${rate(secondFill)})`,
        other: '0',
        ratio: undefined,
      },
      {
        name: 'verify, two connections',
        ours: `${median(byUs).toFixed(1)} s`,
        other: `full join ${median(byHand).toFixed(1)} s`,
        ratio: median(byUs) / median(byHand),
        bound: 1.25,
      },
      {
        name: 'memory of the verifying process',
        ours: `${memory[1]} MB at ${rows} rows`,
        other: `${memory[0]} MB at ${rows / 10}`,
        ratio: (memory[1] ?? 0) / (memory[0] ?? 1),
        bound: 1.1,
      },
    ]
  } finally {
    await hand.close()
    await ours.close()
  }
}

async function compareByHand(database: Database): Promise<void> {
  for (const statement of [compareTasks, ...compareLinks]) {
    const { rows } = await database.query<Record<string, number>>(statement)
    const { total: _total, ...differences } = rows[0] ?? {}
    if (Object.values(differences).some((count) => count !== 0))
      throw new Error(`the comparison by hand found differences: ${JSON.stringify(rows[0])}`)
  }
}

async function verifyClean(verifier: ReturnType<typeof createVerifier>): Promise<void> {
  const { verdict } = await verifier.verify([staffTaskToWorkItem])
  if (verdict !== 'consistent') throw new Error(`the verifier says ${verdict}`)
}

/** Rows inserted, updated or deleted on the target so far. */
async function writesOf(database: Database): Promise<number> {
  await database.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await database.query<{ writes: number }>(
    `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int AS writes FROM pg_stat_user_tables WHERE relname LIKE 'work\\_item%'`,
  )
  return rows[0]?.writes ?? Number.NaN
}

/** A database with that many tasks, brought over. */
async function filled(serverUrl: string, rows: number): Promise<string> {
  const database = await workItemDatabase(serverUrl, rows)
  const backfill = createBackfill({
    database,
    sync: createSync(workItems.mappings),
    migration: workItems.name,
  })
  for (const mapping of workItems.ordered) await backfill.run(mapping, { heldValues, speed })
  await database.close()
  return database.url
}

/** Peak memory of a process of its own that verifies the tasks. */
function peakMegabytes(url: string): number {
  const script = new URL('./verify-once.ts', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(process.execPath, ['-C', 'source', script, url], { encoding: 'utf8' })
  const megabytes = Number.parseInt(stdout, 10)
  if (Number.isNaN(megabytes)) throw new Error(`verify-once failed: ${stderr}`)
  return megabytes
}
