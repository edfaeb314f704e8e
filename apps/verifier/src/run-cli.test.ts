import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { version } from './program.ts'
import { runInside } from './shell.fixture.ts'

const commands = [
  'plan',
  'install',
  'phase advance',
  'phase rollback',
  'flags check',
  'backfill',
  'verify',
  'undo',
  'quarantine',
  'status',
  'watch',
  'doctor',
  'preflight',
  'smoke',
  'docs',
  'report',
  'uninstall',
]

test('help lists every command with an example and the exit codes', async () => {
  const { code, stdout, stderr } = await runInside(['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command.split(' ')[0]} `, 'm'))
  expect(stdout).toMatch(/Examples:\n {2}\$ changeover audit/)
  expect(stdout).toMatch(/Exit codes:\n {2}0 {2}fine\n/)
})

test.each(commands)('the help of %s has a description, an example and exit codes', async (command) => {
  const { code, stdout } = await runInside([...command.split(' '), '--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`^Usage: changeover ${command}`))
  expect(stdout).toContain('--json')
  expect(stdout).toMatch(new RegExp(`Examples:\\n {2}\\$ changeover ${command}`))
  expect(stdout).toMatch(/Exit codes:\n {2}0 {2}fine/)
})

test('a call without a command shows the help', async () => {
  expect(await runInside([])).toMatchObject({ code: 0, stdout: expect.stringContaining('Commands:') })
})

test('the version is that of the package', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(version).toBe(manifest.version)
  expect(await runInside(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
})

test.each([
  [['verfy'], 'CLI.COMMAND_UNKNOWN', 'Did you mean verify?'],
  [['frobnicate'], 'CLI.COMMAND_UNKNOWN', 'List the commands with: changeover --help'],
  [['verify', '--verbos'], 'CLI.OPTION_UNKNOWN', 'Did you mean --verbose?'],
  [['backfill', '--force'], 'CLI.OPTION_UNKNOWN', 'changeover backfill --help'],
  [['backfill', '--batch-rows', 'many'], 'CLI.USAGE_WRONG', 'whole number from 1 to 100000'],
  [['backfill', '--batch-rows', '0'], 'CLI.USAGE_WRONG', 'whole number from 1 to 100000'],
  [['backfill', '--batch-rows'], 'CLI.USAGE_WRONG', 'argument missing'],
  [['verify', '--output', 'html'], 'CLI.USAGE_WRONG', 'Give table, json, ndjson, junit, sarif, markdown'],
  [['undo'], 'CLI.USAGE_WRONG', "missing required argument 'fix'"],
  [['plan', 'crm', 'more'], 'CLI.USAGE_WRONG', 'too many arguments'],
])('%j is refused as %s', async (args, failureCode, text) => {
  const { code, stdout, stderr } = await runInside(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`✗ ${failureCode}: `)
  expect(stderr).toContain(text)
  expect(stderr).toMatch(/\n {2}Fix: .+/)
})

test('a refused call is a JSON document where one was asked for', async () => {
  const { stdout } = await runInside(['verify', '--verbos', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    command: 'verify',
    exitCode: 2,
    failure: { code: 'CLI.OPTION_UNKNOWN', values: { name: '--verbos', nearest: '--verbose' } },
  })
})

test('a folder without a config is told so', async () => {
  expect(await runInside(['docs'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('CLI.CONFIG_MISSING: There is no changeover.config.ts in / or above it.'),
  })
})
