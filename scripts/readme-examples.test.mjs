import { expect, test } from 'vitest'
import { missingExamples } from './readme-examples.mjs'
import { blocksOf, docExamplesOf, exportedNames, moduleOf } from './readme-examples/extract.mjs'
import { withPlantedWorkspace } from './planted-workspace.mjs'

const sources = [{ from: './context.ts', names: ['one', 'two'] }]
const moduleFrom = (text) =>
  moduleOf({ text, linesBefore: 1 }, { sources, checkFrom: './check.ts', file: 'README.md' }).split('\n')

test('the blocks of a README come with the line at which they begin', () => {
  expect(blocksOf('# Low\n\n```ts\none()\n```\n\n```sh\nls\n```\n')).toEqual([
    { text: 'one()\n', linesBefore: 3 },
  ])
})

test('the examples of docstrings count where they say what they give', () => {
  const doc = (line) => `/**\n * Adds.\n *\n * @example\n * ${line}\n */\nexport function add() {}\n`
  expect(docExamplesOf(doc('add(1, 2) // => 3'))).toEqual([{ text: 'add(1, 2) // => 3\n', linesBefore: 4 }])
  expect(docExamplesOf(doc('add(1, 2)'))).toEqual([])
})

test('what an example gives is checked, on the same lines', () => {
  expect(moduleFrom('one(\n  2,\n).three // => 4')).toEqual([
    expect.stringContaining("import { one } from './context.ts'"),
    'check((one(',
    '  2,',
    ').three ), (4), "README.md:4")',
  ])
  expect(moduleFrom('two()\n// => { a: 1 }').slice(1)).toEqual([
    'check((two()',
    '), ({ a: 1 }), "README.md:3")',
  ])
  expect(moduleFrom('const three = 3 // => 3')[1]).toBe('const three = 3 ; check(three, (3), "README.md:2")')
})

test('what an example declares or imports itself is not imported for it', () => {
  expect(moduleFrom("const one = 1\nimport { a as two } from 'b'")[0]).not.toContain('context.ts')
  expect(moduleFrom('three.one()')[0]).not.toContain('context.ts')
  expect(moduleFrom('f({ ...one })')[0]).toContain('context.ts')
})

test('an address stands for that of the fresh database', () => {
  expect(moduleFrom("f('postgres://a:b@c/d')")[1]).toBe('f(String(process.env.DATABASE_URL))')
})

test('the names of a module are its values, not its types', () => {
  const text =
    'export const a = 1\nexport type B = 1\nexport { type C, d, e as f } from "./g.ts"\nexport async function h() {}\n'
  expect(exportedNames(text)).toEqual(['a', 'h', 'd', 'f'])
})

test('a package without README, and a README without example, are found', () => {
  const planted = {
    'packages/high/README.md': '# High\n\n```ts\nhigh\n```\n',
    'packages/low/README.md': '# Low\n',
  }
  expect(withPlantedWorkspace(planted, missingExamples)).toEqual([
    'packages/low/README.md has no example',
    'packages/twin/README.md is missing',
  ])
})
