import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Database } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errors } from './errors.ts'
import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import { readHistory } from './phase-history.ts'
import { type Home, openHome, withoutRecord } from './rollout.fixture.ts'
import { readPhase } from './stored-phase.ts'
import { transition, type TransitionActions } from './transition.ts'
import { openTransitionOf, transitionsOf } from './transition-record.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

const script = fileURLToPath(new URL('./crash.fixture.ts', import.meta.url))
const steps: string[] = []
const options = { observe: async () => everythingFine, onStep: (step: string) => void steps.push(step) }

async function crash(migration: string, to: PhaseName, where: string): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=source', script, home.url, migration, to, where], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

/** The server may need a moment to notice that the process is gone. */
async function go(
  migration: string,
  to: PhaseName,
  database: Database = home.database,
  actions: TransitionActions = {},
) {
  steps.length = 0
  for (;;) {
    try {
      return await transition(
        database,
        { migration, to, by: 'ada', reason: 'after it' },
        { ...options, actions },
      )
    } catch (error) {
      if (!isFailure(error, errors.TRANSITION_CONFLICT.code)) throw error
    }
    await setTimeout(5)
  }
}

const places = [
  ['begun', 'legacy-only', ['judged', 'prepared', 'flipped', 'fenced', 'completed']],
  ['judged', 'legacy-only', ['prepared', 'flipped', 'fenced', 'completed']],
  ['preparing', 'legacy-only', ['prepared', 'flipped', 'fenced', 'completed']],
  ['prepared', 'legacy-only', ['flipped', 'fenced', 'completed']],
  ['flipped', 'legacy-leads', ['fenced', 'completed']],
  ['fenced', 'legacy-leads', ['completed']],
  ['completing', 'legacy-leads', ['completed']],
  ['completed', 'legacy-leads', []],
] as const

describe.each(places)('FM-61 a process that is killed when it is at "%s"', (where, phase, rest) => {
  test('leaves one phase, and the same command does what is left and nothing twice', async () => {
    const migration = `forth-${where}`
    await home.store(migration)
    await crash(migration, 'legacy-leads', where)
    expect((await readPhase(home.database, migration))?.phase.name).toBe(phase)
    await go(migration, 'legacy-leads')
    expect(steps).toEqual(rest)
    expect(await readPhase(home.database, migration)).toMatchObject({
      epoch: '2',
      fencedAt: expect.any(String),
    })
    expect((await readHistory(home.database, migration)).map(({ to }) => to)).toEqual([
      'legacy-only',
      'legacy-leads',
    ])
    expect(await transitionsOf(home.database, migration)).toMatchObject([{ outcome: 'done' }])
  })

  test('can be taken back instead', async () => {
    const migration = `back-${where}`
    await home.store(migration)
    await crash(migration, 'legacy-leads', where)
    const { phase: stored } = await go(migration, 'legacy-only')
    expect(stored).toMatchObject({ phase: { name: 'legacy-only' }, fencedAt: expect.any(String) })
    expect(stored.epoch).toBe(phase === 'legacy-only' ? '1' : '3')
    expect(await openTransitionOf(home.database, migration)).toBeUndefined()
    expect((await readHistory(home.database, migration)).at(-1)?.to).toBe('legacy-only')
  })
})

describe('FM-61 what only the old phase needed is removed after a crash', () => {
  const removed = async (migration: string, database: Database) => {
    await home.store(migration)
    await crash(migration, 'legacy-leads', 'flipped')
    let isRemoved = false
    await go(migration, 'legacy-leads', database, { complete: async () => void (isRemoved = true) })
    return isRemoved
  }

  test('by the command that goes on', async () => {
    expect(await removed('recorded', home.database)).toBe(true)
  })

  test('and by nobody, where steps are not on record (mutation)', async () => {
    expect(await removed('unrecorded', withoutRecord(home.database))).toBe(false)
  })
})
