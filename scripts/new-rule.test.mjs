import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { make } from './new.mjs'

const mapping = 'packages/mapping'
let root

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'changeover-new-'))
  mkdirSync(join(root, mapping), { recursive: true })
  cpSync(resolve(mapping, 'src'), join(root, mapping, 'src'), { recursive: true })
  symlinkSync(resolve(mapping, 'node_modules'), join(root, mapping, 'node_modules'))
})
afterEach(() => rmSync(root, { recursive: true }))

const textOf = (file) => readFileSync(join(root, mapping, 'src', file), 'utf8')
const sorted = (lines) => lines.toSorted((left, right) => (left < right ? -1 : 1))

describe('a new rule kind', () => {
  test('is on the lists, in their order', () => {
    make(root, ['rule', 'every-other'])
    expect(textOf('kinds/index.ts')).toContain("import { everyOtherKind } from './every-other.ts'")
    expect(textOf('index.ts')).toContain("export { everyOther } from './kinds/every-other.ts'")
    const listed = textOf('kinds/index.ts').match(/^ {2}\w+Kind,$/gm)
    expect(listed).toContain('  everyOtherKind,')
    expect(listed).toEqual(sorted(listed))
  })

  test('has its name everywhere, and nothing left of the template', () => {
    make(root, ['rule', 'every-other'])
    const text = textOf('kinds/every-other.ts') + textOf('kinds/every-other.test.ts')
    expect(text).toContain("kind: 'every-other'")
    expect(text).toContain("table('every_other_legacy'")
    expect(text).toContain('interface EveryOther {')
    expect(text).not.toContain('__')
  })

  test('runs, and breaks the first law until it is written', async () => {
    make(root, ['rule', 'every-other'])
    const { everyOtherKind: kind } = await import(
      pathToFileURL(join(root, mapping, 'src/kinds/every-other.ts')).href
    )
    const [{ rules, ...tables }] = kind.examples
    const { params } = rules[0]
    expect(kind.check(params, tables)).toEqual([])
    const row = { title: 'given' }
    expect(kind.backward(params, kind.forward(params, row))).not.toEqual(row)
  })

  test('comes with the next steps', () => {
    expect(make(root, ['rule', 'every-other']).join('\n')).toContain('npm test -- packages/mapping/src')
  })

  test('of a name that is taken, or is none, changes nothing', () => {
    expect(() => make(root, ['rule', 'copy'])).toThrow('packages/mapping/src/kinds/copy.ts is there already.')
    for (const name of ['Copy', 'every_other', '../copy', '', undefined])
      expect(() => make(root, ['rule', name])).toThrow('in kebab-case')
    expect(textOf('index.ts')).toBe(readFileSync(join(mapping, 'src/index.ts'), 'utf8'))
  })
})

test('what is not known is answered with what is', () => {
  expect(() => make(root, ['planet', 'x'])).toThrow('Say what to start: pnpm new rule <name>')
  expect(() => make(root, [])).toThrow('Say what to start')
})
