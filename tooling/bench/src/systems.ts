import { createBackfill } from '@changeover/backfill'
import type { Database } from '@changeover/database'
import type { SampleSystem } from '@changeover/migration'
import { samples } from '@changeover/suites'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { type Measure, median, seconds } from './measure.ts'
import { sampleDatabase } from './sample-database.ts'

const heldValues = 'overwrite'
/** None takes more than twice the time of the first system for a row that is written. */
const bound = 2

/** What one system reached, in microseconds for each row that the backfill has written. */
interface Reached {
  readonly rows: number
  readonly backfill: number
  readonly verify: number
}

/** Backfill and verification of every system and example beside the first system, for each row written, in one run. */
export async function systemBench(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const measures: Measure[] = []
  let first: Reached | undefined
  for (const system of samples) {
    const { name } = system.migration
    say(`${name}: ${rows} rows of legacy`)
    const reached = await measure(system, serverUrl, rows)
    first ??= reached
    for (const what of ['backfill', 'verify'] as const)
      measures.push({
        name: `${what} of ${name}, ${reached.rows.toLocaleString('en')} rows`,
        ours: rate(reached[what]),
        other: first === reached ? '' : `${samples[0]?.migration.name} ${rate(first[what])}`,
        ratio: first === reached ? undefined : reached[what] / first[what],
        ...(first === reached ? {} : { bound }),
      })
  }
  return measures
}

async function measure(system: SampleSystem, serverUrl: string, rows: number): Promise<Reached> {
  const { migration } = system
  const database = await sampleDatabase(system, serverUrl, rows)
  try {
    const sync = createSync(migration.mappings)
    const backfill = createBackfill({ database, sync, migration: migration.name })
    const before = await writesOf(database)
    const fill = await seconds(async () => {
      for (const mapping of migration.ordered) await backfill.run(mapping, { heldValues, speed: 'full' })
    })
    const written = (await writesOf(database)) - before
    await database.query('VACUUM ANALYZE')
    const verifier = createVerifier({ database, sync, migration: migration.name })
    const times: number[] = []
    for (let round = 0; round < 3; round++)
      times.push(
        await seconds(async () => {
          const { verdict } = await verifier.verify(migration.mappings)
          if (verdict !== 'consistent') throw new Error(`the verifier says ${verdict} of ${migration.name}`)
        }),
      )
    const each = (time: number) => (time * 1e6) / written
    return { rows: written, backfill: each(fill), verify: each(median(times)) }
  } finally {
    await database.close()
  }
}

/** Rows of the application inserted, updated or deleted so far. */
async function writesOf(database: Database): Promise<number> {
  await database.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await database.query<{ writes: number }>(
    `SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int AS writes FROM pg_stat_user_tables WHERE schemaname = 'public'`,
  )
  return rows[0]?.writes ?? Number.NaN
}

const rate = (microseconds: number) => `${(1000 / microseconds).toFixed(1)} k rows/s`
