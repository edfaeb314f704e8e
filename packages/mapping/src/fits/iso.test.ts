import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loose, usual } from './iso.ts'

test.each(['date', 'timestamp', 'timestamptz'] as const)(
  'a usual %s is one of those that PostgreSQL reads',
  (base) => {
    const [isUsual, isLoose] = [new RegExp(usual[base]), new RegExp(loose[base])]
    fc.assert(
      fc.property(fc.stringMatching(isUsual), (text) => {
        expect(isLoose.test(text)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  },
)

test('what is easily taken for a date is not usual', () => {
  for (const text of ['2026-02-29', '2026-13-01', '2026-01-00', '1899-01-01', '2026-1-1'])
    expect(new RegExp(usual.date).test(text)).toBe(false)
})
