import { parseArgs } from 'node:util'
import { errors } from '../errors.ts'
import { nearest } from '../nearest.ts'

/** How `npm start` was called. */
export interface StartOptions {
  readonly once: boolean
  /** The reference system to show. */
  readonly system: string
  /** All of them, one after the other. */
  readonly all: boolean
  readonly port: number | undefined
  /** A config instead of the one above the folder. */
  readonly config: string | undefined
  readonly help: boolean
}

export const startHelp = `Usage: npm start [-- --system <name> | --all] [-- --once] [-- --port <number>]

Runs the whole changeover of a reference system on a real PostgreSQL: creates the tables, loads sample data if they
are empty, installs, and takes it through its phases while writers go on: dual write, backfill, the flip to the target
(which a direct legacy write does not get past), an emergency rollback, forward again, the target alone, and what
archiving legacy would still need. After each step it counts acknowledged writes against the rows of both sides, and
verifies. At the end it prints the report. Later runs only verify. The database is DATABASE_URL, or
one that it starts itself and keeps in .cache/postgres.

Options:
  --system <name>  the system: work-items unless given
  --all            every system, one after the other
  --once           end after the report, with its exit code (0 fine, 4 findings, 5 inconclusive, 2 failed)
  --port <number>  the port of the database that it starts; a free one unless given
  --config <file>  the config that names the database, instead of changeover.config.ts
  --help           print this

Examples:
  $ npm start                                      # stays up, so that the other commands can use the database
  $ npm start -- --once                            # for scripts
  $ DATABASE_URL=postgres://localhost/demo npm start   # on a server of yours`

const options = {
  system: { type: 'string', default: 'work-items' },
  all: { type: 'boolean' },
  once: { type: 'boolean' },
  port: { type: 'string' },
  config: { type: 'string' },
  help: { type: 'boolean' },
} as const
const names = Object.keys(options).map((name) => `--${name}`)

/** Errors: CLI.OPTION_UNKNOWN, CLI.USAGE_WRONG. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const unknown = args.find((arg) => arg.startsWith('-') && !names.includes(arg.split('=')[0] ?? ''))
  if (unknown !== undefined)
    throw errors.OPTION_UNKNOWN({ name: unknown, command: 'npm start --', nearest: nearest(unknown, names) })
  const { values } = parsed(args)
  const { once, all, help, port, config, system } = values
  return { once: once === true, all: all === true, help: help === true, port: portOf(port), config, system }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.replace(/\.$/, '') : String(error))
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw wrong(`--port ${text} is no port from 1 to 65535`)
  return port
}

function wrong(said: string) {
  return errors.USAGE_WRONG({ command: 'npm start --', said })
}
