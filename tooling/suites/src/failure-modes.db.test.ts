import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createBackfill, errors as backfillErrors } from '@changeover/backfill'
import { createPoolDatabase, type PoolDatabase, type Queryable } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { isFailure } from '@changeover/errors'
import { asLegacy, changePhase, install, phaseOf, startTraffic, type Traffic } from '@changeover/migration'
import { errors as rolloutErrors, type PhaseName } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { samples } from './index.ts'
import { waived } from './waived.ts'

const program = fileURLToPath(new URL('./dying.fixture.ts', import.meta.url))
const writers = 3

describe.each(samples.map((system) => [system.migration.name, system] as const))('%s', (name, system) => {
  const { migration } = system
  const sync = createSync(migration.mappings)
  let url: string
  let database: PoolDatabase
  let drop: () => Promise<void>

  beforeAll(async () => {
    const created = await createTestDatabase()
    url = created.url
    drop = () => created.drop()
    database = createPoolDatabase({ url, maxConnections: 10 })
    await system.migrate(url)
    await system.seed(database)
    await install(database, migration)
    await go('legacy-leads')
  })
  afterAll(async () => {
    await database.close()
    await drop()
  })

  test('FM-09 FM-14 a backfill whose worker is killed is finished by two others, and FM-01 FM-02 FM-07 no write beside it is lost', async () => {
    await killed('backfill')
    const unfinished = await backfill().states()
    expect(unfinished.some(({ state }) => state === 'running')).toBe(true)
    await during(async () => {
      const workers = await Promise.allSettled([fill(), fill()])
      for (const worker of workers)
        if (worker.status === 'rejected') expect(besides).toContain(codeOf(worker.reason))
      // Whoever gave way has left nothing half-done.
      await fill()
    })
    const states = await backfill().states()
    expect(states.map(({ state }) => state)).toEqual(migration.ordered.map(() => 'done'))
  })

  test('FM-28 a verification beside writers finds nothing', async () => {
    await during(async () => expect(await verdict()).toBe('consistent'))
  })

  test('FM-44 FM-63 the switch and an emergency rollback under writers lose no write', async () => {
    await install(database, migration)
    await during(async () => {
      await go('target-leads')
      await setTimeout(200)
      await go('legacy-leads', { emergency: true })
    })
  })

  test('FM-20 without its triggers a write would reach one side only (mutation)', async () => {
    const undone = new Error('undone')
    const mutant = asLegacy(database, migration, async (tx, at) => {
      await dropTriggers(tx)
      await system.writer.change(tx, at, await system.writer.insert(tx, at, 'unseen'), 'unseen')
      const [legacy, target] = [
        await system.writer.found(tx, 'legacy', 'unseen'),
        await system.writer.found(tx, 'target', 'unseen'),
      ]
      expect([legacy.size, target.size]).toEqual([1, 0])
      throw undone
    })
    await expect(mutant).rejects.toBe(undone)
  })

  test('FM-61 a switch whose process is killed behind the flip is finished by the next one', async () => {
    await killed('switch')
    expect((await phaseOf(database, name))?.phase.name).toBe('target-leads')
    await during(() => go('target-leads'))
    expect(await verdict()).toBe('consistent')
  })

  /** Works while legacy code goes on writing, and finds on both sides what the writers were told is stored. */
  async function during(work: (traffic: Traffic) => Promise<void>): Promise<void> {
    const traffic = startTraffic(database, system, { writers })
    try {
      await work(traffic)
      await setTimeout(100)
    } finally {
      await traffic.stop()
    }
    const { writes, wrong, rows, onLegacy, onTarget } = await traffic.count()
    expect(writes).toBeGreaterThan(0)
    expect({ wrong, onLegacy, onTarget }).toEqual({ wrong: 0, onLegacy: rows, onTarget: rows })
    await traffic.clear()
    expect(await verdict()).toBe('consistent')
  }

  function backfill() {
    return createBackfill({ database, sync, migration: name })
  }

  async function fill(): Promise<void> {
    for (const mapping of migration.ordered)
      await backfill().run(mapping, { heldValues: 'overwrite', batchRows: 50, speed: 'full' })
  }

  async function verdict() {
    const stored = await phaseOf(database, name)
    const { verdict: said } = await createVerifier({ database, sync, migration: name }).verify(
      migration.mappings,
      {
        heldValues: stored?.targetHasLed === true ? 'keep' : 'overwrite',
        authority: stored?.phase.authority ?? 'legacy',
      },
    )
    return said
  }

  async function killed(work: 'backfill' | 'switch'): Promise<void> {
    const child = spawn(process.execPath, ['--conditions=source', program, url, name, work], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
  }

  /** Again where the server has not yet noticed that another process is gone. */
  async function go(to: PhaseName, { emergency = false } = {}): Promise<void> {
    for (;;) {
      try {
        await changePhase(
          database,
          migration,
          { to, by: 'test', reason: 'a test', ...(emergency ? { emergency } : { waive: waived }) },
          { rehearsal: 'none' },
        )
        return
      } catch (error) {
        if (!isFailure(error, rolloutErrors.TRANSITION_CONFLICT.code)) throw error
      }
      await setTimeout(5)
    }
  }
})

/** What a second worker may be told. */
const besides: readonly string[] = [backfillErrors.ALREADY_RUNNING.code, backfillErrors.TAKEN_OVER.code]

function codeOf(error: unknown): string {
  return isFailure(error) ? error.code : String(error)
}

async function dropTriggers(database: Queryable): Promise<void> {
  const { rows } = await database.query<{ drop: string }>(
    `select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass) as drop from pg_trigger t join pg_proc p on p.oid = t.tgfoid
      where not t.tgisinternal and p.pronamespace = 'changeover'::regnamespace`,
  )
  expect(rows).not.toEqual([])
  for (const { drop } of rows) await database.query(drop)
}
