import { forgetTraffic, type Migration, phaseOf, type SampleSystem } from '@changeover/migration'
import { systems } from '@changeover/systems'
import { loadConfig } from '../config/load-config.ts'
import { errors } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { type Interruption, unlessInterrupted } from '../interruption.ts'
import { backfill } from '../jobs/backfill.ts'
import { install } from '../jobs/install.ts'
import { verify } from '../jobs/verify.ts'
import { nearest } from '../nearest.ts'
import { type OpenDatabase, openDatabase, type Session } from '../session.ts'
import type { Shell } from '../shell.ts'
import type { Talk } from '../talk.ts'
import { liveThrough } from './live-through.ts'
import type { StartOptions } from './start-options.ts'

interface Around {
  readonly talk: Talk
  readonly interruption: Interruption
}

/** Brings up reference systems, changes them over, prints the reports, and stays up unless told otherwise. */
export async function runStart(
  shell: Shell,
  { once, port, config: named, system, all }: StartOptions,
  around: Around,
): Promise<ExitCode> {
  const { talk, interruption } = around
  const chosen = all ? systems : [systemNamed(system)]
  const { config, file } = await loadConfig(shell.folder, named)
  talk.say('Opening the database …')
  const open = await openDatabase(config, file, { port })
  if (port !== undefined) tellOtherPort(open, port, talk)
  try {
    const code = await changeOverAll(chosen, shell, open, around)
    if (once || interruption.signal.aborted) return code
    for (const { migration } of chosen.slice(-1)) talk.say(nextSteps(migration, open))
    if (open.isStarted) await interruptedAt(interruption.signal)
    return code
  } finally {
    await (interruption.signal.aborted ? open.abandon() : open.close())
  }
}

/** The system of that name. Errors: CLI.SYSTEM_UNKNOWN. */
function systemNamed(name: string): SampleSystem {
  const found = systems.find(({ migration }) => migration.name === name)
  if (found) return found
  const names = systems.map(({ migration }) => migration.name)
  throw errors.SYSTEM_UNKNOWN({ name, known: names, nearest: nearest(name, names) })
}

/** One after the other, all of them whatever the ones before found; gives the worst exit code. */
async function changeOverAll(
  chosen: readonly SampleSystem[],
  shell: Shell,
  open: OpenDatabase,
  around: Around,
): Promise<ExitCode> {
  const codes: ExitCode[] = []
  for (const system of chosen) {
    if (chosen.length > 1) around.talk.say(`\n${system.migration.name}: ${system.about}.`)
    codes.push(await changeOver(system, shell, open, around))
  }
  const [worst = exitCodes.bug] = codes.toSorted((left, right) => right - left)
  return worst
}

async function changeOver(
  system: SampleSystem,
  shell: Shell,
  { database, url }: OpenDatabase,
  around: Around,
): Promise<ExitCode> {
  const { talk, interruption } = around
  const { signal } = interruption
  const { environment, folder } = shell
  const session: Session = { migration: system.migration, database, url, environment, folder, signal, talk }
  await leaving(signal, prepare(session, system, url))
  await leaving(signal, install(session))
  await leaving(signal, goOn(session, system, url))
  const { text, exitCode } = await verify({})(session)
  talk.end()
  shell.stdout.write(`${text}\n`)
  return exitCode
}

/** A fresh migration lives through all phases; one that stands where it can be filled is filled; a later one is left alone. */
async function goOn(session: Session, system: SampleSystem, url: string): Promise<void> {
  const { database, migration, talk } = session
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined) return
  await forgetTraffic(database, system)
  if (stored.phase.name === 'legacy-only') await liveThrough(session, system, url)
  if (stored.phase.name === 'legacy-leads') talk.say((await backfill({})(session)).text)
}

/** Tables and sample data of the application, as they are before a changeover. */
async function prepare({ database, talk }: Session, system: SampleSystem, url: string): Promise<void> {
  const ran = await system.migrate(url)
  talk.say(ran.length === 0 ? 'Tables are up to date.' : `Created the tables (${ran.length} migrations).`)
  if (await system.seed(database)) talk.say('Loaded the sample data.')
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
