import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identityOfToken, type Token } from './identity/tokens.ts'
import { createProgram } from './program.ts'

let created: Awaited<ReturnType<typeof createTestDatabase>>
let database: Database
beforeAll(async () => {
  created = await createTestDatabase()
  database = fromPool(created.pool())
})
afterAll(() => created.drop())

async function run(...args: string[]): Promise<string> {
  let said = ''
  const program = createProgram({
    environment: { DATABASE_URL: created.url },
    say: (text) => (said += text),
    serve: () => Promise.reject(new Error('not asked for')),
  })
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])])
    command.exitOverride().configureOutput({ writeErr: () => {} })
  await program.parseAsync(args, { from: 'user' })
  return said.trim()
}

describe('the tokens of the command line', () => {
  test('are made, listed without their secret, and revoked', async () => {
    const token = await run(
      'token',
      'create',
      '--name',
      'ci',
      '--role',
      'operator',
      '--tenant',
      '7',
      '--expires',
      '2999-01-01',
    )
    expect(await identityOfToken(database, token)).toEqual({ name: 'ci', tenant: '7', role: 'operator' })
    const listed = await run('token', 'list')
    expect(listed).not.toContain(token)
    const [{ id } = { id: '' }] = JSON.parse(listed) as Token[]
    await run('token', 'revoke', id)
    expect(await identityOfToken(database, token)).toBeUndefined()
  })

  test.each([
    ['--role', 'root'],
    ['--tenant', 'acme'],
    ['--expires', 'soon'],
  ])('are refused with %s %s', async (option, value) => {
    await expect(run('token', 'create', '--name', 'x', option, value)).rejects.toMatchObject({
      code: 'commander.invalidArgument',
    })
  })
})
