import { afterAll, beforeAll, expect, test } from 'vitest'
import { errors } from './errors.ts'
import { forgetPhase } from './forget-phase.ts'
import { beat, liveInstances } from './instance.ts'
import { phaseNames } from './phase.ts'
import { readHistory } from './phase-history.ts'
import { type Home, openHome } from './rollout.fixture.ts'
import { readPhase } from './stored-phase.ts'
import { take } from './take.fixture.ts'
import { transitionsOf } from './transition-record.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

const forget = (migration: string) => home.database.transaction((tx) => forgetPhase(tx, migration))

test('a migration that is not under way is forgotten, but for its audit trail', async () => {
  await home.store('over')
  await home.store('other')
  await take(home, 'over', 'legacy-leads')
  await take(home, 'over', 'legacy-only')
  await beat(home.database, {
    migration: 'over',
    instance: 'pod',
    build: '1',
    mappingHash: 'a',
    phase: 'legacy-only',
    epoch: '3',
  })
  await forget('over')
  await forget('over')
  expect(await readPhase(home.database, 'over')).toBeUndefined()
  expect(await transitionsOf(home.database, 'over')).toEqual([])
  expect(await liveInstances(home.database, 'over')).toEqual([])
  expect(await readHistory(home.database, 'over')).toHaveLength(3)
  expect(await readPhase(home.database, 'other')).toBeDefined()
})

test.each(phaseNames.filter((name) => name !== 'legacy-only'))(
  'in %s nothing is forgotten',
  async (phase) => {
    await home.store(`in-${phase}`, phase)
    await expect(forget(`in-${phase}`)).rejects.toMatchObject({ code: errors.PHASE_IN_USE.code })
    expect((await readPhase(home.database, `in-${phase}`))?.phase.name).toBe(phase)
  },
)
