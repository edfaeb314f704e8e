import { createBackfill } from '@changeover/backfill'
import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import {
  changePhase,
  install,
  type Migration,
  observe,
  phaseOf,
  type SampleSystem,
} from '@changeover/migration'
import { type GateName, type PhaseName, setReadShare } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { endpointFlags } from '@changeover/supplier-tasks'
import { workItemSystem } from '@changeover/work-items'
import { vi } from 'vitest'
import type { Identity } from './identity/identity.ts'
import { createToken } from './identity/tokens.ts'
import { type Api, type ApiOptions, createApi } from './index.ts'

export interface RunningApi {
  readonly app: Api
  readonly database: Database
  /** Of the database. */
  readonly url: string
  /** Headers with which somebody asks, with a token of its own. */
  as(identity: Partial<Identity>): Promise<{ readonly authorization: string }>
  /** Takes every installed migration there, through every phase between, and waits until the process has seen it. */
  go(to: PhaseName): Promise<void>
  /** Brings the old rows over. */
  fill(): Promise<void>
  /** Raises the share of reads to all, through its gates; the process sees it within a second. */
  readFromTarget(): Promise<void>
  close(): Promise<void>
}

const way: readonly PhaseName[] = ['legacy-only', 'legacy-leads', 'target-leads', 'target-only']

export interface StartOptions extends Partial<ApiOptions> {
  /** What is installed in the database; the work items unless given. */
  readonly systems?: readonly SampleSystem[]
}

/** The application on the sample data, in `legacy-only`. */
export async function startApi(given: StartOptions = {}): Promise<RunningApi> {
  const { systems = [workItemSystem], ...options } = given
  const created = await createTestDatabase()
  const database = fromPool(created.pool())
  for (const { migration, migrate, seed } of systems) {
    await migrate(created.url)
    await seed(database)
    await install(database, migration)
  }
  const app = await createApi({
    databaseUrl: created.url,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    rateLimitPerMinute: 1_000_000,
    maxEventLoopDelayMs: 0, // a busy machine is no reason to answer otherwise
    auth: 'off',
    oidc: undefined,
    tenant: '1',
    usesUnifiedCalendar: false,
    v2Endpoints: endpointFlags({}),
    legacyDeprecatedSince: undefined,
    legacySunset: undefined,
    controlHost: '127.0.0.1',
    controlPort: undefined,
    rehearseEverySeconds: 0,
    version: '0.0.0-test',
    ...options,
  })
  await app.ready()
  const migrations = systems.map(({ migration }) => migration)
  return {
    app,
    database,
    url: created.url,
    async as({ name = 'somebody', tenant = null, role = null }) {
      const { token } = await createToken(database, { name, tenant, role, by: 'test' })
      return { authorization: `Bearer ${token}` }
    },
    async go(to) {
      for (const migration of migrations) await travel(database, migration, to)
      await vi.waitFor(async () => {
        const ready = (await app.inject('/readyz')).json<Readiness>()
        const late = ready.systems.filter(({ installed, phase }) => installed && phase !== to)
        if (late.length > 0) throw new Error(`the process still acts otherwise: ${JSON.stringify(late)}`)
      }, 10_000)
    },
    async readFromTarget() {
      for (const migration of migrations) await raiseReadShare(database, migration)
    },
    async fill() {
      for (const migration of migrations) await fill(database, migration)
    },
    async close() {
      await app.close()
      await created.drop()
    },
  }
}

/** What only time in production gives. */
const waived: readonly GateName[] = ['shadow-agrees', 'healthy', 'losses-accepted', 'replicas-fresh']

interface Readiness {
  readonly systems: readonly { readonly installed: boolean; readonly phase?: PhaseName }[]
}

async function travel(database: Database, migration: Migration, to: PhaseName): Promise<void> {
  const now = async () => (await phaseOf(database, migration.name))?.phase.name ?? 'legacy-only'
  for (let from = await now(); from !== to; from = await now()) {
    const step = way.indexOf(to) > way.indexOf(from) ? 1 : -1
    const next = way[way.indexOf(from) + step]
    if (next === undefined) throw new Error(`there is no way to ${to}`)
    if (from === 'legacy-leads' && step > 0) await fill(database, migration)
    await verify(database, migration, from)
    const request = { to: next, by: 'test', reason: 'a test', waive: waived }
    await changePhase(database, migration, request, { rehearsal: 'none', waitMs: 10_000 })
  }
}

async function raiseReadShare(database: Database, migration: Migration): Promise<void> {
  await verify(database, migration, (await phaseOf(database, migration.name))?.phase.name ?? 'legacy-only')
  await setReadShare(
    database,
    { migration: migration.name, percent: 100, direction: 'raise', by: 'test', reason: 'a test' },
    {
      observe: () =>
        observe(database, migration, {
          gates: ['backfill-finished', 'quarantine-empty', 'outbox-empty', 'certificate-fresh'],
        }),
    },
  )
}

async function fill(database: Database, migration: Migration): Promise<void> {
  const { mappings, name, ordered } = migration
  const engine = createBackfill({ database, sync: createSync(mappings), migration: name })
  for (const mapping of ordered) await engine.run(mapping, { heldValues: 'overwrite' })
  await install(database, migration)
}

async function verify(database: Database, { mappings, name }: Migration, phase: PhaseName): Promise<void> {
  // One side is not written there, so the two differ.
  if (phase === 'legacy-only' || phase === 'target-only') return
  const stored = await phaseOf(database, name)
  const verifier = createVerifier({ database, sync: createSync(mappings), migration: name })
  const { verdict } = await verifier.verify(mappings, {
    heldValues: stored?.targetHasLed === true ? 'keep' : 'overwrite',
    authority: stored?.phase.authority ?? 'legacy',
  })
  if (verdict !== 'consistent') throw new Error(`verification said ${verdict} in ${phase}`)
}
