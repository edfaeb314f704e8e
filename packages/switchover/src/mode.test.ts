import { expect, test } from 'vitest'
import { environmentFlags, phaseFlags } from './flag-source.ts'
import { readSwitchoverFlags } from './flags.ts'
import { modeOf } from './mode.ts'
import { rolloutPhases } from './rollout-phase.ts'

test.each([
  [0, 'legacy-only'],
  [1, 'legacy-leads'],
  [2, 'target-leads'],
  [3, 'target-only'],
] as const)('phase %i is %s', (phase, mode) => {
  expect(modeOf(rolloutPhases[phase])).toEqual({ mode, problems: [] })
})

test.each([
  ['development', 'legacy-leads'],
  ['staging', 'target-leads'],
  ['production', 'target-only'],
  ['qa', 'legacy-only'],
  [undefined, 'legacy-only'],
])('the environment %s is in %s', async (name, mode) => {
  expect(modeOf(await phaseFlags(name)()).mode).toBe(mode)
})

const booleans = [false, true]
const all = booleans.flatMap((newStorage) =>
  booleans.flatMap((newSave) =>
    booleans.flatMap((newLoad) =>
      [undefined, false, true].map((parallel) => ({ newStorage, newSave, newLoad, parallel })),
    ),
  ),
)

test('in no combination of flags a side is read that is not written', () => {
  const wrong = all.filter((flags) => modeOf(flags).problems.length > 0)
  expect(wrong).toEqual([
    { newStorage: false, newSave: false, newLoad: true, parallel: undefined },
    { newStorage: false, newSave: false, newLoad: true, parallel: false },
    { newStorage: false, newSave: false, newLoad: true, parallel: true },
    { newStorage: false, newSave: true, newLoad: false, parallel: false },
  ])
  expect(wrong.map((flags) => modeOf(flags).mode)).toEqual([
    'legacy-only',
    'legacy-only',
    'legacy-only',
    'legacy-leads',
  ])
})

test('the environment is read anew each time, under names of one’s own', async () => {
  const environment: Record<string, string> = { USE_NEW_SAVE: 'true' }
  const source = environmentFlags(environment)
  expect(modeOf(await source()).mode).toBe('legacy-leads')
  environment['USE_NEW_STORAGE'] = '1'
  expect(modeOf(await source()).mode).toBe('target-only')
  const names = { newStorage: 'A', newSave: 'B', newLoad: 'C', monitoring: 'D', parallel: 'E' }
  expect(readSwitchoverFlags({ A: '1', E: 'on', D: 'off' }, names)).toEqual({
    newStorage: true,
    newSave: false,
    newLoad: false,
    monitoring: false,
    parallel: true,
  })
  expect(readSwitchoverFlags({}).monitoring).toBe(true)
})
