import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFailure } from '@changeover/errors'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseMigration } from './choose-migration.ts'
import { loadConfig } from './load-config.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'changeover-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const migration = (name: string) =>
  `{ name: '${name}', targetModel: 'T', flags: {}, mappings: [{ name: 'A', hash: 'h', rules: [] }], ordered: [{ name: 'A', hash: 'h', rules: [] }] }`
const config = (...names: string[]) =>
  `export default { migrations: [${names.map(migration).join()}], database: { url: 'postgres://localhost/x' } }`

const write = (text: string, name = 'changeover.config.ts') => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const failureOf = async (load: Promise<unknown>) => {
  const thrown = await load.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (isFailure(thrown)) return thrown
  throw thrown
}

test('the config is found above the folder, and one that is named wins', async () => {
  const file = write(config('crm'))
  const other = write(config('other'), 'other.mjs')
  mkdirSync(join(folder, 'a', 'b'), { recursive: true })
  expect((await loadConfig(join(folder, 'a', 'b'), undefined)).file).toBe(file)
  expect((await loadConfig(folder, 'other.mjs')).file).toBe(other)
})

test('types in a config are no hindrance', async () => {
  write(`const typed: { url: string } = { url: 'x' }\n${config('crm')}`)
  expect((await loadConfig(folder, undefined)).config.migrations[0]?.name).toBe('crm')
})

test('a config with an enum is loaded by jiti', async () => {
  write(`enum Level { High = 'high' }\nexport const level = Level.High\n${config('crm')}`)
  expect((await loadConfig(folder, undefined)).config.migrations).toHaveLength(1)
})

test.each([
  ['a syntax error', 'export default {', 'CLI.CONFIG_NOT_LOADED', /does not load/],
  ['an exception', `throw new Error('no luck')`, 'CLI.CONFIG_NOT_LOADED', /no luck/],
  ['a missing import', `import './nowhere.ts'`, 'CLI.CONFIG_NOT_LOADED', /nowhere\.ts/],
  ['no default export', 'export const config = {}', 'CLI.CONFIG_NO_DEFAULT', /exports config\./],
  ['nothing at all', '', 'CLI.CONFIG_NO_DEFAULT', /exports nothing/],
  ['no object', 'export default 5', 'CLI.CONFIG_SHAPE', /the default export is not/],
  ['no database', 'export default { migrations: [] }', 'CLI.CONFIG_SHAPE', /migrations is not/],
  [
    'a migration without mappings',
    `export default { migrations: [{ name: 'crm', targetModel: 'T', flags: {}, mappings: [], ordered: [] }], database: {} }`,
    'CLI.CONFIG_SHAPE',
    /migrations\[0\]\.mappings is not/,
  ],
  [
    'a URL that is no text',
    config('crm').replace(`'postgres://localhost/x'`, '5'),
    'CLI.CONFIG_SHAPE',
    /database\.url is not what it must be: .*expected string/,
  ],
])('a config with %s names the file and what is wrong', async (_what, text, code, message) => {
  const file = write(text)
  const failure = await failureOf(loadConfig(folder, undefined))
  expect(failure.code).toBe(code)
  expect(failure.message).toContain(file)
  expect(failure.message).toMatch(message)
  expect(failure.fix).not.toBe('')
})

test('a file that is named and not there is told so', async () => {
  const failure = await failureOf(loadConfig(folder, 'gone.ts'))
  expect(failure).toMatchObject({
    code: 'CLI.CONFIG_NOT_LOADED',
    message: expect.stringContaining('gone.ts'),
  })
})

test('an unknown migration is refused with the nearest known one, and several need a name', async () => {
  write(config('work-items', 'choices'))
  const loaded = await loadConfig(folder, undefined)
  expect(() => chooseMigration(loaded.config, 'work-item', 'plan')).toThrow(
    expect.objectContaining({
      code: 'CLI.MIGRATION_UNKNOWN',
      fix: expect.stringContaining('Did you mean work-items?'),
    }),
  )
  expect(() => chooseMigration(loaded.config, undefined, 'plan')).toThrow(
    expect.objectContaining({
      code: 'CLI.MIGRATION_UNNAMED',
      fix: 'Name the one you mean: changeover plan <migration>',
    }),
  )
  expect(chooseMigration(loaded.config, 'choices', 'plan').name).toBe('choices')
})
