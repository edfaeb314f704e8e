import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { migrate, seedWorkItems } from '@changeover/work-items'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configOn } from './cli.fixture.ts'
import { runInside } from './shell.fixture.ts'

const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The commands of the `sh` blocks, in order, each with the flags before it and the exit code that its comment says. */
function commandsOf(markdown: string) {
  const blocks = [...markdown.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text = '']) => text)
  return blocks
    .flatMap((block) => block.trim().split('\n'))
    .map((line) => {
      const [said = '', comment = ''] = line.split(/ +# /)
      const words = (said.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''))
      const at = words.indexOf('changeover')
      const environment = Object.fromEntries(words.slice(0, at).map((word) => word.split('=')))
      return {
        line: said,
        args: words.slice(at + 1),
        environment,
        code: Number(/^exits (\d)/.exec(comment)?.[1] ?? 0),
      }
    })
}

const commands = commandsOf(readFileSync(file('docs/guide/a-changeover.md'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'guide-'))
let created: Awaited<ReturnType<typeof createTestDatabase>>
let config: string
beforeAll(async () => {
  created = await createTestDatabase()
  await migrate(created.url)
  await seedWorkItems(fromPool(created.pool()))
  config = configOn(created.url, { folder, source: file('changeover.config.ts') })
})
afterAll(async () => {
  await created.drop()
  rmSync(folder, { recursive: true })
})

test('the guide has commands, of which some are told to be refused', () => {
  expect(commands.length).toBeGreaterThan(20)
  expect(commands.some(({ code }) => code === 3)).toBe(true)
})

test.each(commands)('$line', async ({ args, environment, code }) => {
  const ended = await runInside([...args, '--config', config], {
    folder,
    environment: { DATABASE_URL: created.url, NO_COLOR: '1', ...environment },
  })
  expect([ended.code, ended.code === code ? '' : `${ended.stdout}${ended.stderr}`]).toEqual([code, ''])
})
