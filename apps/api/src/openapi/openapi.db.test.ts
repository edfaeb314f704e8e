import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { operationsOf } from './document.fixture.ts'

let api: RunningApi
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openapi-'))
  api = await startApi({ systems: [], auth: 'tokens' })
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

const require = createRequire(import.meta.url)

/** What Redocly objects to, by its strict rules. It also judges each example by its schema. */
async function objections(document: object): Promise<readonly string[]> {
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document))
  const program = join(dirname(require.resolve('@redocly/cli/package.json')), 'bin', 'cli.js')
  const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const args = [program, 'lint', file, '--extends', 'recommended-strict', '--format', 'json']
  const options = { env: { ...process.env, ...quiet }, maxBuffer: 50_000_000 }
  const output = await promisify(execFile)(process.execPath, args, options).catch(
    (error: { stdout: string }) => error, // it fails where it objects
  )
  const { problems, totals } = JSON.parse(output.stdout) as Report
  expect(totals.errors + totals.warnings).toBe(problems.length)
  return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)
}

interface Report {
  readonly totals: { readonly errors: number; readonly warnings: number }
  readonly problems: readonly { readonly ruleId: string; readonly message: string }[]
}

describe('the description of the operations', () => {
  test('is clean by the strict rules of Redocly', async () => {
    expect(await objections(api.app.swagger())).toEqual([])
  })

  test('would not be with an example that its schema refuses (mutation)', async () => {
    const text = JSON.stringify(api.app.swagger()).replace(
      '"example":{"status":"alive"}',
      '"example":{"status":7}',
    )
    expect(await objections(JSON.parse(text) as object)).not.toEqual([])
  })

  test('has an example of every body, parameter and answer', () => {
    const operations = operationsOf(api.app.swagger())
    expect(operations.length).toBeGreaterThan(80)
    for (const { name, operation } of operations) {
      const bodies = Object.values(operation.responses).concat(operation.requestBody ?? [])
      for (const { content = {} } of bodies)
        for (const [type, media] of Object.entries(content))
          expect([name, type, media.example === undefined]).toEqual([name, type, false])
      for (const { name: parameter, example } of operation.parameters ?? [])
        expect([name, parameter, example === undefined]).toEqual([name, parameter, false])
    }
  })
})
