import { phaseNames, phases } from '@changeover/rollout'
import { describe, expect, test } from 'vitest'
import { endpointFlags, endpointGroups, versionFor } from './endpoint-router.ts'

const all = endpointFlags({ USE_V2_API: '1' })
const none = endpointFlags({})

test('the flag of a group counts more than that of all', () => {
  expect(endpointFlags({ USE_V2_API: 'true', USE_V2_API_UPDATING: 'false' })).toEqual({
    dashboard: true,
    reading: true,
    updating: false,
    creating: true,
  })
  expect(endpointFlags({ USE_V2_API: 'no', USE_V2_API_DASHBOARD: '1' })).toEqual({ ...none, dashboard: true })
})

describe.each(phaseNames)('in %s', (phase) => {
  test.each([true, false])(
    'no group is served by a side that this reader does not read from (%s), or that may not be written',
    (readsTarget) => {
      const permitted = { phase: phases[phase], readsTarget }
      const versions = Object.fromEntries(
        endpointGroups.map((group) => [group, versionFor(group, all, permitted)]),
      )
      const reads = readsTarget || phase === 'contracted' ? 'v2' : 'v1'
      const writes = phase === 'legacy-only' || phase === 'legacy-leads' ? 'v1' : 'v2'
      expect(versions).toEqual({ dashboard: reads, reading: reads, updating: writes, creating: writes })
    },
  )

  test('V1 serves what is not asked of V2, as long as there is a V1', () => {
    for (const group of endpointGroups)
      expect(versionFor(group, none, { phase: phases[phase], readsTarget: true })).toBe(
        phase === 'contracted' ? 'v2' : 'v1',
      )
  })
})
