import { expect, test } from 'vitest'
import { countTests } from './count-tests.mjs'

const file = (status, ...results) => ({ status, assertionResults: results.map((each) => ({ status: each })) })
const report = (...files) => ({ testResults: files })

test.each([
  ['tests that pass and fail', report(file('failed', 'passed', 'failed'), file('passed', 'passed')), 1, 2, 1],
  ['a file that did not load', report(file('failed'), file('passed', 'passed')), 1, 1, 1],
  ['an error outside of the tests', report(file('passed', 'passed')), 1, 1, 1],
  ['a run that wrote no report', null, 0, 0, 1],
  ['a run without a test', report(), 0, 0, 1],
  ['a run in which all are skipped', report(file('passed', 'skipped')), 0, 0, 1],
  ['a clean run', report(file('passed', 'passed', 'skipped')), 0, 1, 0],
])('%s', (_, results, exitCode, passed, failed) => {
  expect(countTests(results, exitCode)).toEqual({ passed, failed })
})
