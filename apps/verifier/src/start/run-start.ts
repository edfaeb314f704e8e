import { type Migration, phaseOf } from '@changeover/migration'
import { migrate, seedWorkItems, workItems } from '@changeover/work-items'
import { loadConfig } from '../config/load-config.ts'
import { errors } from '../errors.ts'
import type { ExitCode } from '../exit-code.ts'
import { type Interruption, unlessInterrupted } from '../interruption.ts'
import { backfill } from '../jobs/backfill.ts'
import { install } from '../jobs/install.ts'
import { verify } from '../jobs/verify.ts'
import { type OpenDatabase, openDatabase, type Session } from '../session.ts'
import type { Shell } from '../shell.ts'
import type { Talk } from '../talk.ts'
import { liveThrough } from './live-through.ts'
import type { StartOptions } from './start-options.ts'
import { forgetTraffic } from './traffic.ts'

interface Around {
  readonly talk: Talk
  readonly interruption: Interruption
}

/** Brings up the work-item system, changes it over, prints the report, and stays up unless told otherwise. */
export async function runStart(
  shell: Shell,
  { once, port, config: named }: StartOptions,
  around: Around,
): Promise<ExitCode> {
  const { talk, interruption } = around
  const { config, file } = await loadConfig(shell.folder, named)
  talk.say('Opening the database …')
  const open = await openDatabase(config, file, { port })
  if (port !== undefined) tellOtherPort(open, port, talk)
  try {
    const code = await changeOver(shell, open, around)
    if (once || interruption.signal.aborted) return code
    talk.say(nextSteps(workItems, open))
    if (open.isStarted) await interruptedAt(interruption.signal)
    return code
  } finally {
    await (interruption.signal.aborted ? open.abandon() : open.close())
  }
}

async function changeOver(shell: Shell, { database, url }: OpenDatabase, around: Around): Promise<ExitCode> {
  const { talk, interruption } = around
  const { signal } = interruption
  const { environment, folder } = shell
  const session: Session = { migration: workItems, database, environment, folder, signal, talk }
  await leaving(signal, prepare(session, url))
  await leaving(signal, install(session))
  await leaving(signal, goOn(session))
  const { text, exitCode } = await verify({})(session)
  talk.end()
  shell.stdout.write(`${text}\n`)
  return exitCode
}

/** A fresh migration lives through all phases; one that stands where it can be filled is filled; a later one is left alone. */
async function goOn(session: Session): Promise<void> {
  const { database, migration, talk } = session
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined) return
  await forgetTraffic(database, migration.name)
  if (stored.phase.name === 'legacy-only') await liveThrough(session)
  if (stored.phase.name === 'legacy-leads') talk.say((await backfill({})(session)).text)
}

/** Tables and sample data of the application, as they are before a changeover. */
async function prepare({ database, talk }: Session, url: string): Promise<void> {
  const ran = await migrate(url)
  talk.say(ran.length === 0 ? 'Tables are up to date.' : `Created the tables (${ran.length} migrations).`)
  if (await seedWorkItems(database)) talk.say('Loaded the sample data.')
}

function leaving<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return unlessInterrupted(work, signal, () =>
    errors.INTERRUPTED({ command: 'start', done: 'what it had finished stays' }),
  )
}

function tellOtherPort({ url, isStarted }: OpenDatabase, asked: number, talk: Talk): void {
  const { port } = new URL(url)
  if (!isStarted) talk.say(`DATABASE_URL is used, so --port ${asked} has no effect.`)
  else if (port !== String(asked))
    talk.say(`The database was running already, on port ${port} instead of ${asked}.`)
}

/** Until Ctrl-C. */
async function interruptedAt(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    // A pending promise alone keeps no process alive.
    const alive = setInterval(() => {}, 60_000)
    signal.addEventListener('abort', () => {
      clearInterval(alive)
      resolve()
    })
  })
}

function nextSteps({ name }: Migration, { url, isStarted }: OpenDatabase): string {
  return [
    '',
    ...(isStarted
      ? [`The database stays up until Ctrl-C: ${url}`, 'Try next, in another terminal:']
      : ['Try next:']),
    `  npm run -s changeover -- status ${name}`,
    `  npm run -s changeover -- plan ${name}`,
    `  npm run -s changeover -- verify ${name} --verbose   (change a row before, with any client)`,
    `  npm run -s changeover -- verify ${name} --fix`,
    '  npm run -s changeover -- --help',
  ].join('\n')
}
