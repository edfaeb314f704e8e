import { expect, test } from 'vitest'
import { arrowBetween, arrows, arrowTowards, pathBetween } from './arrow.ts'
import { errors } from './errors.ts'
import { phaseNames } from './phase.ts'

test('every phase but the last leads forward to the next, and all but the first and contracted lead back', () => {
  for (const [index, name] of phaseNames.entries()) {
    expect(arrowTowards(name, 'forward')?.to).toBe(phaseNames[index + 1])
    expect(arrowTowards(name, 'back')?.to).toBe(name === 'contracted' ? undefined : phaseNames[index - 1])
  }
})

test('every arrow says why, and has gates', () => {
  expect(arrows).toHaveLength(7)
  for (const each of arrows) {
    expect(each.reason).toMatch(/^[A-Z].*\.$/)
    expect(each.gates.length).toBeGreaterThan(0)
    expect(new Set(each.gates).size).toBe(each.gates.length)
  }
})

test.each(arrows.filter(({ direction }) => direction === 'back'))(
  'the way back from $from asks for nothing that only health or time could give',
  ({ gates }) => {
    expect(gates).not.toContain('healthy')
    expect(gates).not.toContain('certificate-fresh')
    expect(gates).not.toContain('fenced')
  },
)

test('a path passes every phase in between, in both directions', () => {
  const names = (...args: Parameters<typeof pathBetween>) => pathBetween(...args).map(({ to }) => to)
  expect(names('legacy-only', 'target-only')).toEqual(['legacy-leads', 'target-leads', 'target-only'])
  expect(names('target-only', 'legacy-leads')).toEqual(['target-leads', 'legacy-leads'])
  expect(names('target-only', 'target-only')).toEqual([])
})

test('no arrow is skipped, and none leads out of contracted', () => {
  expect(() => arrowBetween('legacy-only', 'target-leads')).toThrow(
    errors.NO_SUCH_TRANSITION({ from: 'legacy-only', to: 'target-leads', possible: [] }).message,
  )
  expect(() => arrowBetween('contracted', 'target-only')).toThrow(
    errors.NO_WAY_BACK({ to: 'target-only' }).message,
  )
  expect(() => pathBetween('contracted', 'legacy-only')).toThrow(/no way back/)
})
