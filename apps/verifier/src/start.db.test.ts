import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { roomyFolder } from '@changeover/embedded-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startCli, startStart } from './cli.fixture.ts'

const rootConfig = fileURLToPath(new URL('../../../changeover.config.ts', import.meta.url))
const embeddedConfig = fileURLToPath(new URL('./embedded-config.fixture.ts', import.meta.url))
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

// A server is started and stopped several times, perhaps on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
beforeAll(() => {
  folder = mkdtempSync(`${roomyFolder()}/changeover-start-`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (...args: readonly string[]) =>
  startStart(['--config', embeddedConfig, ...args], { environment: { START_FOLDER: folder } })

test('npm start -- --once goes from an empty database to the report, and a second time changes nothing', async () => {
  const database = await createTestDatabase()
  try {
    const environment = { DATABASE_URL: database.url }
    const run = () => startStart(['--once', '--config', rootConfig], { environment }).ended
    const first = await run()
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^=== WorkItem Migration Verification ===\n/),
    })
    expect(lastLine(first.stdout)).toBe('✓ No issues found. Migration is complete and consistent.')
    expect(first.stdout).toContain('│ StaffTask        │ 150   │ 150           │ 0       │ 0          │')
    expect(first.stderr).toMatch(/Loaded the sample data\.[^]*Installing:[^]*✓ StaffTask: \d+ rows read/)

    const counted = [
      ...first.stderr.matchAll(
        /✓ (.*): (\d+) acknowledged writes left (\d+) rows: (\d+) found in legacy, (\d+) in the target, 0 wrong/g,
      ),
    ]
    expect(counted.map(([, step]) => step)).toEqual([
      'legacy-leads, filled under load',
      'target-leads, legacy code writing through the proxies',
      'legacy-leads again, by an emergency rollback',
      'target-leads again',
    ])
    for (const [, , writes, rows, legacy, target] of counted) {
      expect(Number(writes)).toBeGreaterThan(0)
      expect([legacy, target]).toEqual([rows, rows])
    }
    expect(first.stderr).toMatch(
      /✓ a direct write to \w+ while the target leads is refused:[^]*DUAL_WRITE\.LEGACY_READ_ONLY[^]*Write to changeover_legacy\./,
    )
    expect(first.stderr).toContain('✓ work-items is in target-only, epoch 6')
    expect(first.stderr).toMatch(
      /✗ legacy-unused \(closed\): watched for[^]*changeover contract backup-restored work-items/,
    )

    const second = await run()
    expect(second).toMatchObject({ code: 0, stdout: first.stdout })
    expect(second.stderr).not.toMatch(/Loaded|Installing/)

    await database.pool().query(`update work_item set title = 'changed' where work_type = 'project'`)
    expect(await run()).toMatchObject({ code: 4, stdout: expect.stringContaining('✗ 25 issues found.') })
  } finally {
    await database.drop()
  }
})

test('npm start stays up for other commands until Ctrl-C, stops its server, and keeps the data', async () => {
  const child = start()
  const url = await urlSaidBy(child.said)
  const status = await startCli(['status', '--config', embeddedConfig], {
    environment: { START_FOLDER: folder },
  }).ended
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('Installed: yes') })

  child.interrupt()
  const ended = await child.ended
  expect(ended.code).toBe(0)
  expect(lastLine(ended.stdout)).toBe('✓ No issues found. Migration is complete and consistent.')
  await expect(connect(url)).rejects.toThrow(/ECONNREFUSED/)

  const again = await start('--once').ended
  expect(again).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Loaded') })
})

test('a port in use is refused with its number', async () => {
  const taken = createServer()
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, '127.0.0.1', () => {
      const address = taken.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  const ended = await start('--once', '--port', String(port)).ended
  taken.close()
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain(`EMBEDDED_POSTGRES.PORT_IN_USE: Port ${port} is already in use.`)
})

test.each([
  [['--onec'], 'CLI.OPTION_UNKNOWN', 'Did you mean --once?'],
  [['--port', 'abc'], 'CLI.USAGE_WRONG', '--port abc is no port'],
  [['--port'], 'CLI.USAGE_WRONG', '--port'],
  [['more'], 'CLI.USAGE_WRONG', 'more'],
  [['--system', 'work-item'], 'CLI.SYSTEM_UNKNOWN', 'Did you mean work-items?'],
])('npm start -- %j is refused as %s', async (args, code, text) => {
  const ended = await startStart(args).ended
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain(`✗ ${code}: `)
  expect(ended.stderr).toContain(text)
})

test('npm start -- --help says what it does', async () => {
  expect(await startStart(['--help']).ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Usage: npm start/),
  })
})

async function urlSaidBy(said: { readonly stderr: string }): Promise<string> {
  for (;;) {
    const url = /stays up until Ctrl-C: (\S+)\n/.exec(said.stderr)?.[1]
    if (url !== undefined) return url
    await sleep(50)
  }
}

async function connect(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.end()
}
