import { type PoolDatabase, retrying } from '@changeover/database'
import { createBackfill } from '@changeover/backfill'
import { changePhase, install } from '@changeover/migration'
import { type GateName, lockPhase, type PhaseName } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { workItems } from '@changeover/work-items'
import { type Measure, median } from './measure.ts'
import { workItemDatabase } from './work-item-database.ts'

const rounds = 5
const writers = 8
const waive: readonly GateName[] = ['shadow-agrees', 'healthy', 'losses-accepted']

interface Round {
  /** Of the command, from its call to its end. */
  readonly rollbackMs: number
  /** The oldest transaction that was open when it was called: it must be waited for. */
  readonly openMs: number
  readonly failed: number
  readonly written: number
}

/** An emergency rollback while eight writers change single rows through whatever the phase says, several times there and back. */
export async function rollback(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const database = await workItemDatabase(serverUrl, rows)
  try {
    await install(database, workItems)
    await go(database, 'legacy-leads')
    const backfill = createBackfill({
      database,
      sync: createSync(workItems.mappings),
      migration: workItems.name,
    })
    for (const mapping of workItems.ordered)
      await backfill.run(mapping, { heldValues: 'overwrite', speed: 'full' })
    await install(database, workItems)
    const done: Round[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`emergency rollback ${round} of ${rounds}`)
      await verify(database)
      await go(database, 'target-leads')
      done.push(await rollBack(database))
    }
    return measuresOf(done)
  } finally {
    await database.close()
  }
}

function measuresOf(done: readonly Round[]): readonly Measure[] {
  const beyond = done.map(({ rollbackMs, openMs }) => rollbackMs - openMs)
  const sum = (of: (round: Round) => number) => done.reduce((total, each) => total + of(each), 0)
  return [
    {
      name: 'emergency rollback under 8 writers, beyond the longest open transaction',
      ours: `${median(beyond).toFixed(0)} ms, at worst ${Math.max(...beyond).toFixed(0)} ms`,
      other: '1 s',
      ratio: Math.max(...beyond) / 1_000,
      bound: 1,
    },
    {
      name: 'writes that failed meanwhile, after being tried again',
      ours: `${sum(({ failed }) => failed)} of ${sum(({ written }) => written)}`,
      other: '0',
      ratio: sum(({ failed }) => failed),
      bound: 0,
    },
  ]
}

async function go(database: PoolDatabase, to: PhaseName, emergency = false): Promise<void> {
  await changePhase(
    database,
    workItems,
    { to, by: 'bench', reason: 'bench', ...(emergency ? { emergency } : { waive }) },
    { rehearsal: 'none' },
  )
}

async function verify(database: PoolDatabase): Promise<void> {
  const verifier = createVerifier({
    database,
    sync: createSync(workItems.mappings),
    migration: workItems.name,
  })
  const { verdict } = await verifier.verify(workItems.mappings, { heldValues: 'keep', authority: 'legacy' })
  if (verdict !== 'consistent') throw new Error(`the verifier says ${verdict}`)
}

async function rollBack(database: PoolDatabase): Promise<Round> {
  const count = { written: 0, failed: 0 }
  const stop = new AbortController()
  const started = Promise.withResolvers<void>()
  const working = Promise.all(
    Array.from({ length: writers }, async (_each, writer) => {
      while (!stop.signal.aborted) {
        await write(database, 1 + writer + writers * (count.written % 100)).then(
          () => count.written++,
          () => count.failed++,
        )
        if (count.written > 200) started.resolve()
      }
    }),
  )
  await started.promise
  const openMs = await longestOpen(database)
  const begun = performance.now()
  await go(database, 'legacy-leads', true)
  const rollbackMs = performance.now() - begun
  stop.abort()
  await working
  return { rollbackMs, openMs, ...count }
}

/** One row, in legacy's shape: in its table while legacy leads, through the view while the target does. */
async function write(database: PoolDatabase, id: number): Promise<void> {
  await retrying(
    database,
    async (tx) => {
      const { phase } = await lockPhase(tx, workItems.name)
      const schema = phase.authority === 'legacy' ? 'public' : 'changeover_legacy'
      await tx.query(`UPDATE ${schema}.staff_task SET progress = (progress + 1) % 100 WHERE id = $1`, [id])
    },
    { attempts: 60, baseDelayMs: 2 },
  )
}

async function longestOpen(database: PoolDatabase): Promise<number> {
  const { rows } = await database.query<{ ms: number }>(
    `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) * 1000, 0)::float8 AS ms FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  )
  return rows[0]?.ms ?? 0
}
