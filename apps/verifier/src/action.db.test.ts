import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createCrmCli, type CrmCli, type Ended } from './cli.fixture.ts'

const shape = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  runs: z.object({
    steps: z.array(z.object({ run: z.string(), env: z.record(z.string(), z.string()) })).length(1),
  }),
})
const action = shape.parse(parse(readFileSync(new URL('../../../action.yml', import.meta.url), 'utf8')))

let cli: CrmCli
beforeAll(async () => {
  cli = await createCrmCli()
  await cli.pool.query(
    `insert into customer (name, grade) select 'customer ' || n, 'gold' from generate_series(1, 20) n`,
  )
  for (const args of [['install'], ['phase', 'advance', '--reason', 'test'], ['backfill']]) {
    const { code, stderr } = await cli.run(args)
    expect([args, code, code === 0 ? '' : stderr]).toEqual([args, 0, ''])
  }
})
afterAll(() => cli.close())

/** What a runner does with the step: the inputs into its environment, then the script, where `npx` finds the project's own program. */
function runStep(given: Record<string, string>): Promise<Ended> {
  const [step] = action.runs.steps
  const env = Object.entries(step?.env ?? {}).map(([name, expression]) => {
    const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(expression)?.[1] ?? ''
    return [name, given[input] ?? action.inputs[input]?.default ?? '']
  })
  const bin = join(cli.folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\n[ "$1 $2" = "--no-install changeover" ] || exit 99\nshift 2\nexec ${process.execPath} --conditions=source ${main} "$@"\n`,
  )
  chmodSync(join(bin, 'npx'), 0o755)
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''], {
    cwd: cli.folder,
    env: {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: join(cli.folder, 'output'),
      GITHUB_STEP_SUMMARY: join(cli.folder, 'summary'),
      ...Object.fromEntries(env),
    },
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (text) => (said.stdout += text))
  child.stderr.on('data', (text) => (said.stderr += text))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })))
}

const config = fileURLToPath(new URL('./crm-config.fixture.ts', import.meta.url))
const verify = () => runStep({ command: `verify crm --config ${config}`, 'database-url': cli.url })

describe('the GitHub Action', () => {
  test('lets a job pass where both sides agree', async () => {
    const { code, stderr } = await verify()
    expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
    expect(readFileSync(join(cli.folder, 'output'), 'utf8')).toBe('exit-code=0\n')
  })

  test('lets it fail where they have drifted, with the code of the command, annotations and a summary', async () => {
    await cli.pool.query(
      `alter table party disable trigger user; update party set title = 'drifted' where title = 'customer 7'`,
    )
    const { code, stdout, stderr } = await verify()
    expect(code).toBe(4)
    expect(`${stdout}${stderr}`).toMatch(/^::error .*Customer/m)
    expect(readFileSync(join(cli.folder, 'output'), 'utf8')).toBe('exit-code=0\nexit-code=4\n')
    expect(readFileSync(join(cli.folder, 'summary'), 'utf8')).toContain('Customer')
  })

  test('never runs what an input says as a script', async () => {
    const { code, stdout } = await runStep({
      command: 'status $(echo pwned) ; echo pwned',
      'database-url': cli.url,
    })
    expect(code).not.toBe(0)
    expect(stdout).not.toMatch(/^pwned/m)
  })
})
