import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { errors } from '../errors.ts'

const run = promisify(execFile)

/** Where PostgreSQL's own programs are looked for. */
export interface Programs {
  readonly path: string | undefined
}

/** Whether there is a `pg_dump` that can read a server of that version: it reads those that are no newer than itself. */
export async function canDump(programs: Programs, serverMajor: number): Promise<boolean> {
  try {
    const { stdout } = await run('pg_dump', ['--version'], { env: environmentOf(programs) })
    return Number(/(\d+)/.exec(stdout)?.[1]) >= serverMajor
  } catch {
    return false
  }
}

/** Dumps the whole database, as an open snapshot sees it, into a file that `pg_restore` reads. Errors: MIGRATION.DUMP_FAILED. */
export async function dump(
  programs: Programs,
  { url, snapshot, file }: { readonly url: string; readonly snapshot: string; readonly file: string },
): Promise<void> {
  await dumped('pg_dump', programs, url, ['--format=custom', `--snapshot=${snapshot}`, `--file=${file}`])
}

/** Makes the tables, functions and views of a dump in an empty database, without rows. Errors: MIGRATION.DUMP_FAILED. */
export async function restoreSchema(programs: Programs, url: string, file: string): Promise<void> {
  await dumped('pg_restore', programs, url, [
    '--schema-only',
    '--no-owner',
    '--exit-on-error',
    `--dbname=${databaseOf(url)}`,
    file,
  ])
}

async function dumped(
  program: string,
  programs: Programs,
  url: string,
  args: readonly string[],
): Promise<void> {
  try {
    await run(program, [...args], { env: { ...environmentOf(programs), ...connectionOf(url) } })
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause)
    throw errors.DUMP_FAILED({ program, said }, { cause })
  }
}

function environmentOf({ path }: Programs): Record<string, string> {
  return path === undefined ? {} : { PATH: path }
}

/** By environment, since everybody may see the arguments of a process. */
function connectionOf(url: string): Record<string, string> {
  const { hostname, port, username, password, searchParams } = new URL(url)
  const socket = searchParams.get('host')
  const mode = searchParams.get('sslmode')
  return {
    PGHOST: socket ?? hostname,
    PGPORT: port || '5432',
    PGDATABASE: databaseOf(url),
    ...(username === '' ? {} : { PGUSER: decodeURIComponent(username) }),
    ...(password === '' ? {} : { PGPASSWORD: decodeURIComponent(password) }),
    ...(mode === null ? {} : { PGSSLMODE: mode }),
  }
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}
