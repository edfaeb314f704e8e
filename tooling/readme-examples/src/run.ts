/** Runs the examples of `plain a.ts b.ts … database c.ts …`: the plain ones together, each of the others on a database of its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import startServer from '@changeover/embedded-postgres/vitest'

const runOne = fileURLToPath(new URL('run-one.ts', import.meta.url))
const args = process.argv.slice(2)
const border = args.indexOf('database')
const plain = args.slice(1, border)
const onDatabase = args.slice(border + 1)

const stopServer = onDatabase.length > 0 ? await startServer() : async () => {}
const serverUrl = process.env['CHANGEOVER_TEST_DATABASE_URL']
try {
  const runs = [
    ...(plain.length > 0 ? [() => run(plain, undefined)] : []),
    ...onDatabase.map((file) => () => run([file], serverUrl)),
  ]
  const lanes = [0, 1].map(async () => {
    for (let next = runs.shift(); next; next = runs.shift()) await next()
  })
  await Promise.all(lanes)
} finally {
  await stopServer()
}

async function run(files: readonly string[], server: string | undefined): Promise<void> {
  const { CHANGEOVER_TEST_DATABASE_URL: _, ...rest } = process.env
  const env = server === undefined ? rest : { ...rest, CHANGEOVER_TEST_DATABASE_URL: server }
  const command = [...process.execArgv, runOne, ...files]
  await promisify(execFile)(process.execPath, command, { env }).catch((error: { stderr?: string }) => {
    console.log(`${files.length === 1 ? files[0] : 'examples without a database'}: ${error.stderr ?? error}`)
    process.exitCode = 1
  })
}
