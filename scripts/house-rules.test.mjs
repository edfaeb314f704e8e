import { expect, test } from 'vitest'
import { houseRuleViolations } from './house-rules.mjs'
import { withPlantedWorkspace } from './planted-workspace.mjs'

const found = (planted) => withPlantedWorkspace(planted, houseRuleViolations)

test('a workspace that keeps the rules passes', () => {
  expect(found({})).toEqual([])
})

test.each([
  ['a comparison of .kind', 'packages/low/src/fold.ts', "if (rule.kind === 'copy') {}", 'ask the kind'],
  ['a bare Error', 'packages/low/src/a.ts', "throw new Error('no')", 'coded failure'],
  ['a print', 'packages/low/src/a.ts', "console.log('hello')", 'does not print'],
  ['an export of everything', 'packages/low/src/index.ts', "export * from './a.ts'", 'table of contents'],
  ['a vague file name', 'packages/low/src/utils.ts', '', 'by the one thing'],
  ['a conflict that nobody resolved', 'docs/a.md', '<<<<<<< HEAD', 'conflict'],
  ['the end of one', 'packages/low/src/a.ts', '>>>>>>> 1a2b3c4 (a change)', 'conflict'],
  ['a path of one machine', 'docs/a.md', 'See ../shared/design.', 'stands alone'],
])('%s is found, with its file', (_, file, text, expected) => {
  const lines = found({ [file]: `${text}\n` })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(expected)
  expect(lines[0]?.startsWith(file)).toBe(true)
})

test('a rule kind may know its own kind, and a test may throw', () => {
  const planted = {
    'packages/mapping/src/kinds/copy.ts': "export const is = (rule) => rule.kind === 'copy'\n",
    'packages/low/src/a.test.ts': "throw new Error('in a test')\n",
    'packages/low/src/b.ts': "// throw new Error('in a comment')\n",
  }
  expect(found(planted)).toEqual([])
})

test('an empty workspace is a failure, not a pass', () => {
  expect(houseRuleViolations('/nonexistent')).not.toEqual([])
})
