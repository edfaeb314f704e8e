import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { documentShape, jsonCommands } from './json/document-shape.ts'
import { createProgram } from './program.ts'
import { shellOf } from './shell.fixture.ts'

const folder = fileURLToPath(new URL('../../../docs/json/', import.meta.url))

// When this fails a shape has changed, which programs may read: run `vitest run json-page -u` and look at the difference.
test.each(jsonCommands)('docs/json has the schema of what %s prints', async (command) => {
  const schema = z.toJSONSchema(documentShape(command), { unrepresentable: 'any' })
  const text = JSON.stringify({ title: `changeover ${command} --json`, ...schema }, null, 2)
  await expect(`${text}\n`).toMatchFileSnapshot(`${folder}${command.replaceAll(' ', '-')}.schema.json`)
})

test('every command that takes --json has one', () => {
  const named = (
    command: { readonly commands: readonly Nested[] },
    above: readonly string[] = [],
  ): readonly string[] =>
    command.commands.flatMap((each) => {
      const path = [...above, each.name()]
      const own = each.options.some(({ long }) => long === '--json') ? [path.join(' ')] : []
      return [...own, ...named(each, path)]
    })
  expect(named(createProgram(shellOf().shell)).toSorted()).toEqual([...jsonCommands].toSorted())
})

test('a field more, a field less or another exit code is not what the schema says', () => {
  const result = { fix: '1', restored: 2, left: [] }
  const holds = (document: object) => documentShape('undo').safeParse(document).success
  expect(holds({ command: 'undo', exitCode: 0, result })).toBe(true)
  expect(holds({ command: 'undo', exitCode: 0, result: { ...result, more: 1 } })).toBe(false)
  expect(holds({ command: 'undo', exitCode: 0, result: { fix: '1', left: [] } })).toBe(false)
  expect(holds({ command: 'undo', exitCode: 9, result })).toBe(false)
})

interface Nested {
  readonly commands: readonly Nested[]
  readonly options: readonly { readonly long?: string | undefined }[]
  name(): string
}
