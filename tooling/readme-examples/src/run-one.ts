/** Runs examples, given as files, in this process; with a server in CHANGEOVER_TEST_DATABASE_URL on a fresh database. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'

const hasServer = process.env['CHANGEOVER_TEST_DATABASE_URL'] !== undefined
const created = hasServer ? await createTestDatabase() : undefined
let code = 0
try {
  if (created) {
    process.env['DATABASE_URL'] = created.url
    await created.pool().query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'))
  }
  for (const file of process.argv.slice(2)) await import(pathToFileURL(resolve(file)).href)
} catch (error) {
  console.error(error)
  code = 1
}
await created?.drop()
// Examples leave their connections open.
process.exit(code)
