import { createBackfill } from '@changeover/backfill'
import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { changePhase, install, phaseOf } from '@changeover/migration'
import type { GateName, PhaseName } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { migrate, seedWorkItems, workItems } from '@changeover/work-items'
import { vi } from 'vitest'
import { type Api, type ApiOptions, createApi } from './index.ts'

export interface RunningApi {
  readonly app: Api
  readonly database: Database
  /** Takes the migration there, through every phase between, and waits until the process has seen it. */
  go(to: PhaseName): Promise<void>
  /** Brings the old rows over. */
  fill(): Promise<void>
  close(): Promise<void>
}

const way: readonly PhaseName[] = ['legacy-only', 'legacy-leads', 'target-leads', 'target-only']

/** The application on the sample data, in `legacy-only`. */
export async function startApi(options: Partial<ApiOptions> = {}): Promise<RunningApi> {
  const created = await createTestDatabase()
  const database = fromPool(created.pool())
  await migrate(created.url)
  await seedWorkItems(database)
  await install(database, workItems)
  const app = await createApi({
    databaseUrl: created.url,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    rateLimitPerMinute: 1_000_000,
    maxEventLoopDelayMs: 0, // a busy machine is no reason to answer otherwise
    usesUnifiedCalendar: false,
    legacyDeprecatedSince: undefined,
    legacySunset: undefined,
    version: '0.0.0-test',
    ...options,
  })
  await app.ready()
  const now = async () => (await phaseOf(database, workItems.name))?.phase.name ?? 'legacy-only'
  return {
    app,
    database,
    async go(to) {
      for (let from = await now(); from !== to; from = await now()) {
        const step = way.indexOf(to) > way.indexOf(from) ? 1 : -1
        const next = way[way.indexOf(from) + step]
        if (next === undefined) throw new Error(`there is no way to ${to}`)
        if (from === 'legacy-leads' && step > 0) await fill(database)
        await verify(database, from)
        await changePhase(
          database,
          workItems,
          { to: next, by: 'test', reason: 'a test', waive: waived },
          { rehearsal: 'none' },
        )
      }
      await vi.waitFor(async () => {
        const { phase } = (await app.inject('/readyz')).json<{ phase: PhaseName }>()
        if (phase !== to) throw new Error(`the process still acts by ${phase}`)
      }, 10_000)
    },
    fill: () => fill(database),
    async close() {
      await app.close()
      await created.drop()
    },
  }
}

/** What only time in production gives. */
const waived: readonly GateName[] = ['shadow-agrees', 'healthy', 'losses-accepted', 'replicas-fresh']

async function fill(database: Database): Promise<void> {
  const engine = createBackfill({ database, sync: createSync(workItems.mappings), migration: workItems.name })
  for (const mapping of workItems.ordered) await engine.run(mapping, { heldValues: 'overwrite' })
  await install(database, workItems)
}

async function verify(database: Database, phase: PhaseName): Promise<void> {
  if (phase === 'legacy-only') return
  const stored = await phaseOf(database, workItems.name)
  const verifier = createVerifier({
    database,
    sync: createSync(workItems.mappings),
    migration: workItems.name,
  })
  const { verdict } = await verifier.verify(workItems.mappings, {
    heldValues: stored?.targetHasLed === true ? 'keep' : 'overwrite',
    authority: stored?.phase.authority ?? 'legacy',
  })
  if (verdict !== 'consistent') throw new Error(`verification said ${verdict} in ${phase}`)
}
