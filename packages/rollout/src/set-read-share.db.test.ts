import { afterAll, beforeAll, expect, test } from 'vitest'
import { errors } from './errors.ts'
import type { Observations } from './observations.ts'
import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import { readHistory } from './phase-history.ts'
import { type Home, openHome } from './rollout.fixture.ts'
import { type ReadShareRequest, setReadShare } from './set-read-share.ts'
import { transition } from './transition.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

function share(
  request: Partial<ReadShareRequest> & { migration: string },
  observed: Observations = everythingFine,
) {
  return setReadShare(
    home.database,
    { percent: 10, direction: 'raise', by: 'ada', reason: 'try', ...request },
    { observe: async () => observed },
  )
}

async function at(migration: string, phase: PhaseName) {
  await home.store(migration, phase)
  await transition(
    home.database,
    { migration, to: phase, by: 'ada', reason: 'fence' },
    { observe: async () => everythingFine },
  )
}

test('a share is raised and lowered under the same epoch, and both are in the audit trail', async () => {
  await at('both', 'legacy-leads')
  const raised = await share({ migration: 'both', percent: 12.5, tenants: ['acme'] })
  expect(raised).toMatchObject({ epoch: '1', readPercent: 12.5, readTenants: ['acme'] })
  const refused = share({ migration: 'both', percent: 20 })
  await expect(refused).rejects.toMatchObject({
    code: errors.READ_SHARE_LOWERED.code,
    message: expect.stringContaining('12.5 % and acme to 20 %'),
  })
  await share({ migration: 'both', percent: 0, direction: 'lower' })
  const entries = (await readHistory(home.database, 'both')).filter(({ what }) => what === 'read-share')
  expect(entries.map(({ details }) => details)).toEqual([
    { percent: 12.5, tenants: ['acme'] },
    { percent: 0, tenants: [] },
  ])
})

test('FM-45 nobody reads from a target that is not complete', async () => {
  await at('early', 'legacy-leads')
  const backfill = { state: 'running', startedAt: '9999', rowsRemaining: 5 }
  await expect(share({ migration: 'early' }, { ...everythingFine, backfill })).rejects.toMatchObject({
    code: errors.GATES_CLOSED.code,
    values: { closed: [{ gate: 'backfill-finished', why: 'the backfill is running with 5 rows to go' }] },
  })
})

test.each(['legacy-only', 'target-only'] as const)('in %s there is nothing to share', async (phase) => {
  await home.store(`fixed-${phase}`, phase)
  await expect(share({ migration: `fixed-${phase}` })).rejects.toMatchObject({
    code: errors.READ_SHARE_FIXED.code,
  })
})

test.each([-1, 101, Number.NaN])('%s is no share', async (percent) => {
  await expect(share({ migration: 'any', percent })).rejects.toMatchObject({
    code: errors.READ_SHARE_INVALID.code,
  })
})

test('a share that somebody else changed meanwhile is not overwritten', async () => {
  await at('raced', 'legacy-leads')
  const racing = setReadShare(
    home.database,
    { migration: 'raced', percent: 50, direction: 'raise', by: 'ada', reason: 'try' },
    {
      observe: async () => {
        await share({ migration: 'raced', percent: 30 })
        return everythingFine
      },
    },
  )
  await expect(racing).rejects.toMatchObject({ code: errors.EPOCH_MOVED.code })
})
