import { isFailure } from '@changeover/errors'
import { expect, test } from 'vitest'
import { errors } from './errors.ts'
import { flagNames, readFlags } from './flags.ts'
import { type Flags, phases } from './phase.ts'
import { readSwitch } from './switch.ts'

const environmentOf = (flags: Flags) => ({
  [flagNames.useTarget]: String(flags.useTarget),
  [flagNames.dualWrite]: String(flags.dualWrite),
  [flagNames.legacyReadOnly]: String(flags.legacyReadOnly),
})

const failureOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (isFailure(error)) return error
    throw error
  }
  return undefined
}

const flagged = Object.values(phases).flatMap(({ name, flags }) => (flags ? [{ name, flags }] : []))

test.each(flagged)('the flags of $name mean $name', ({ name, flags }) => {
  expect(readFlags(environmentOf(flags)).phase).toBe(phases[name])
})

test('no flags mean legacy-only', () => {
  expect(readFlags({})).toMatchObject({ phase: { name: 'legacy-only' }, autoFix: false, strictMode: false })
})

test('every combination is a phase or a contradiction that names the way out', () => {
  const bits = [false, true]
  const all = bits.flatMap((useTarget) =>
    bits.flatMap((dualWrite) =>
      bits.map((legacyReadOnly) => ({ useTarget, dualWrite, legacyReadOnly }) satisfies Flags),
    ),
  )
  const failures = all.map((flags) => failureOf(() => readFlags(environmentOf(flags))))
  expect(failures.filter((failure) => failure === undefined)).toHaveLength(4)
  for (const failure of failures)
    if (failure) expect(failure).toMatchObject({ code: errors.FLAGS_CONTRADICT.code })
  expect(failureOf(() => readFlags({ USE_TARGET_MODEL: '1' }))?.fix).toBe(
    'Set USE_TARGET_MODEL=false DUAL_WRITE_ENABLED=false LEGACY_MODELS_READONLY=false (legacy-only) or ' +
      'USE_TARGET_MODEL=true DUAL_WRITE_ENABLED=false LEGACY_MODELS_READONLY=true (target-only).',
  )
})

test('a migration may name its flags otherwise', () => {
  const names = { ...flagNames, dualWrite: 'CRM_DUAL', autoFix: 'CRM_FIX' }
  const read = readFlags({ CRM_DUAL: 'on', CRM_FIX: 'YES', DUAL_WRITE_ENABLED: 'nonsense' }, names)
  expect(read).toMatchObject({ phase: { name: 'legacy-leads' }, autoFix: true })
})

test.each([
  ['True', true],
  [' 1 ', true],
  ['ON', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['', false],
  [undefined, false],
])('the switch %j is %j', (text, expected) => {
  expect(readSwitch({ FLAG: text }, 'FLAG')).toBe(expected)
})

test('text that is no boolean is refused with its name and value', () => {
  const failure = failureOf(() => readFlags({ MIGRATION_STRICT_MODE: 'maybe' }))
  expect(failure).toMatchObject({
    code: errors.FLAG_INVALID.code,
    values: { name: 'MIGRATION_STRICT_MODE', value: 'maybe' },
  })
})
