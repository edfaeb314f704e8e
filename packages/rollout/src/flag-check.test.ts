import { expect, test } from 'vitest'
import { errors } from './errors.ts'
import { checkFlags, requireAgreement } from './flag-check.ts'
import { type PhaseName, phaseNames, phases } from './phase.ts'

const stored = (name: PhaseName) => ({ migration: 'crm', phase: phases[name] })
const targetLeads = { USE_TARGET_MODEL: '1', DUAL_WRITE_ENABLED: '1', LEGACY_MODELS_READONLY: '1' }

test('the table has every phase with its flags, and marks the stored and the flagged one', () => {
  const { rows } = checkFlags({ DUAL_WRITE_ENABLED: 'true' }, stored('target-leads'))
  expect(rows.map(({ phase }) => phase)).toEqual(phaseNames)
  expect(rows[1]).toEqual({
    phase: 'legacy-leads',
    flags: 'USE_TARGET_MODEL=false DUAL_WRITE_ENABLED=true LEGACY_MODELS_READONLY=false',
    authority: 'legacy',
    replica: 'synced in the same transaction',
    isStored: false,
    isFlagged: true,
  })
  expect(rows.filter(({ isStored }) => isStored).map(({ phase }) => phase)).toEqual(['target-leads'])
})

test('where no phase is stored the flags decide it', () => {
  const check = checkFlags(targetLeads, undefined)
  expect(check.phase).toBe(phases['target-leads'])
  expect(check.problems).toEqual([])
})

test('flags that agree are no problem, in no phase', () => {
  expect(checkFlags(targetLeads, stored('target-leads')).problems).toEqual([])
  const complete = { USE_TARGET_MODEL: '1', LEGACY_MODELS_READONLY: '1' }
  for (const phase of ['target-only', 'contracted'] as const)
    expect(checkFlags(complete, stored(phase)).problems).toEqual([])
})

test.each(phaseNames)(
  'FM-45 flags never move the authority: %s holds, and the difference is told',
  (name) => {
    const check = checkFlags(name === 'target-leads' ? {} : targetLeads, stored(name))
    expect(check.phase).toBe(phases[name])
    expect(check.problems).toMatchObject([{ code: errors.FLAGS_DISAGREE.code, values: { stored: name } }])
    expect(check.problems[0]?.fix).toMatch(/^Set USE_TARGET_MODEL=\w+ .*phase set crm --from-env$/)
  },
)

test('FM-45 where no stored phase were asked, the flags would move it (mutation)', () => {
  expect(checkFlags(targetLeads, stored('legacy-only')).phase).toBe(phases['legacy-only'])
  expect(checkFlags(targetLeads, undefined).phase).toBe(phases['target-leads'])
})

test('flags that contradict each other, or cannot be read, are a problem and leave the stored phase', () => {
  const contradiction = checkFlags({ USE_TARGET_MODEL: '1' }, stored('legacy-leads'))
  expect(contradiction).toMatchObject({ reading: undefined, phase: phases['legacy-leads'] })
  expect(contradiction.problems.map(({ code }) => code)).toEqual([errors.FLAGS_CONTRADICT.code])
  const unreadable = checkFlags({ DUAL_WRITE_ENABLED: 'perhaps' }, undefined)
  expect(unreadable.phase).toBeUndefined()
  expect(unreadable.problems.map(({ code }) => code)).toEqual([errors.FLAG_INVALID.code])
})

test('strict mode refuses to start, with the fix of what is wrong', () => {
  expect(() => requireAgreement(checkFlags(targetLeads, stored('target-leads')))).not.toThrow()
  const refused = () => requireAgreement(checkFlags({}, stored('target-leads')))
  expect(refused).toThrow(/flags of crm mean legacy-only, but its stored phase is target-leads/)
})
