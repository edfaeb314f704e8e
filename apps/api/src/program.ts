import { userInfo } from 'node:os'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { createPoolDatabase, type Database, runDdl } from '@changeover/database'
import { identityLedger } from './identity/identity-ledger.ts'
import { roles } from './identity/identity.ts'
import { createToken, listTokens, revokeToken } from './identity/tokens.ts'
import { type Environment, readSettings } from './settings.ts'

export interface ProgramOptions {
  readonly environment: Environment
  /** Where answers go. */
  readonly say: (text: string) => void
  /** What runs without a command. */
  readonly serve: () => Promise<void>
}

/** The arguments of this application: none serves; `token` makes, lists and revokes what clients ask with. */
export function createProgram({ environment, say, serve }: ProgramOptions): Command {
  const withDatabase = async (work: (database: Database) => Promise<void>) => {
    const database = createPoolDatabase({ url: readSettings(environment).databaseUrl, maxConnections: 1 })
    try {
      await runDdl(database, identityLedger)
      await work(database)
    } finally {
      await database.close()
    }
  }
  const program = new Command('api').description('Serves the reference systems over HTTP.').action(serve)
  const token = program.command('token').description('Tokens that clients ask with.')
  token
    .command('create')
    .description('Makes a token and prints it: it is kept nowhere.')
    .requiredOption('--name <name>', 'who asks with it')
    .option('--tenant <id>', 'whose data it may see and change', tenant)
    .addOption(new Option('--role <role>', 'what it may do in the control plane').choices(roles))
    .option('--expires <date>', 'from when on it is refused, as 2027-06-30', date)
    .action(({ name, tenant: given = null, role = null, expires }) =>
      withDatabase(async (database) => {
        const made = { name, tenant: given, role, expiresAt: expires, by: userInfo().username }
        const { token: text, id } = await createToken(database, made)
        say(`${text}\n`)
        process.stderr.write(`Token ${id}. It is not shown again.\n`)
      }),
    )
  token
    .command('list')
    .description('Every token without what proves it.')
    .action(() =>
      withDatabase(async (database) => say(`${JSON.stringify(await listTokens(database), undefined, 2)}\n`)),
    )
  token
    .command('revoke')
    .description('Refuses a token from now on.')
    .argument('<id>', 'as listed')
    .action((id) => withDatabase((database) => revokeToken(database, id, userInfo().username)))
  return program
}

function tenant(text: string): string {
  if (!/^[0-9]{1,18}$/.test(text)) throw new InvalidArgumentError('An id is digits, as 1.')
  return text
}

function date(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('A date is written as 2027-06-30.')
  return new Date(text).toISOString()
}
