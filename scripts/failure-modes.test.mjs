import { expect, test } from 'vitest'
import { failureModesPage, failureModeViolations, testsIn } from './failure-modes.mjs'
import { withPlantedWorkspace } from './planted-workspace.mjs'

const modes = { 1: ['a row is lost', 'a lock'], 2: ['a row comes back', 'two locks'] }
const file = 'packages/low/src/races.db.test.ts'
const tests = `describe('FM-01 races', () => {
  test('nothing is lost', () => {})
  test('without the lock a row is lost (mutation)', () => {})
})

test.each([[1, '('], [2, ')']])('FM-02 nothing comes back', () => {})
test('something else', () => {})
`
const page = (planted) => withPlantedWorkspace(planted, (root) => failureModesPage(root, modes))
const found = (planted) => withPlantedWorkspace(planted, (root) => failureModeViolations(root, modes))

test('a test has the modes of its name and of the groups around it', () => {
  expect(testsIn(tests)).toEqual([
    { name: 'nothing is lost', modes: [1], isMutation: false },
    { name: 'without the lock a row is lost (mutation)', modes: [1], isMutation: true },
    { name: 'FM-02 nothing comes back', modes: [2], isMutation: false },
    { name: 'something else', modes: [], isMutation: false },
  ])
})

test('a table of groups names its tests, too', () => {
  const text = `describe.each(keys)('FM-06 a key of %s', () => {\n  test(\n    'is read once',\n    run)\n})\n`
  expect(testsIn(text)).toEqual([{ name: 'is read once', modes: [6], isMutation: false }])
})

test('the page lists each mode with its tests and counts the mutations', () => {
  expect(page({ [file]: tests })).toContain(
    `| FM-01 | a row is lost | a lock | [low/races](../${file}) | 1 |\n| FM-02 | a row comes back | two locks | [low/races](../${file}) | – |`,
  )
})

test('a page that was written from these tests passes', () => {
  expect(found({ [file]: tests, 'docs/failure-modes.md': page({ [file]: tests }) })).toEqual([])
})

test.each([
  ['a page that is not there', { [file]: tests }, 'docs/failure-modes.md is stale'],
  ['a mode without a test', { [file]: tests.replace('FM-02 ', '') }, 'FM-02 has no test'],
  ['a test of an unknown mode', { [file]: tests.replace('something', 'FM-99') }, 'is of FM-99'],
])('%s is found', (_, planted, expected) => {
  expect(found(planted).join('\n')).toContain(expected)
})
