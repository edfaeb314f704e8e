import { chooseMigration } from './config/choose-migration.ts'
import type { LoadedConfig } from './config/load-config.ts'
import { errors } from './errors.ts'
import { type ExitCode, exitCodeOf } from './exit-code.ts'
import { type Interruption, listenForInterrupt, unlessInterrupted } from './interruption.ts'
import type { Outcome } from './outcome.ts'
import { printFailure, printOutcome } from './print.ts'
import { type OpenDatabase, openDatabase, type Session } from './session.ts'
import type { Shell } from './shell.ts'
import { type Talk, talkOn } from './talk.ts'

/** How a command was called. */
export interface Call {
  readonly command: string
  readonly migration: string | undefined
  readonly config?: string | undefined
  readonly json?: boolean | undefined
  /** What Ctrl-C does: `finish` leaves it to the job, which stops at the next safe point; `leave` ends the command at once. */
  readonly onInterrupt: 'finish' | 'leave'
}

/** A job on one migration of the config and its database. */
export type Job = (session: Session) => Promise<Outcome>

/** Runs a job from the config to the exit code: prints what it gives, or why it could not. Never throws. */
export async function perform(shell: Shell, call: Call, job: Job): Promise<void> {
  const talk = talkOn(shell.stderr)
  const interruption = listenForInterrupt(shell, talk.say)
  let code: ExitCode
  try {
    const outcome = await inSession(shell, call, { talk, interruption }, job)
    talk.end()
    printOutcome(shell, call, outcome)
    code = outcome.exitCode
  } catch (thrown) {
    talk.end()
    code = exitCodeOf(thrown)
    printFailure(shell, call, thrown)
  } finally {
    interruption.stop()
  }
  shell.setExitCode(code)
  // A statement may still run on a connection that nobody waits for.
  if (interruption.signal.aborted) shell.exit(code)
}

interface Around {
  readonly talk: Talk
  readonly interruption: Interruption
}

async function inSession(
  shell: Shell,
  call: Call,
  { talk, interruption: { signal } }: Around,
  job: Job,
): Promise<Outcome> {
  // Brings the validator, which help does not need.
  const { loadConfig } = await import('./config/load-config.ts')
  const loaded = await loadConfig(shell.folder, call.config)
  const migration = chooseMigration(loaded.config, call.migration, call.command)
  const { environment, folder } = shell
  return withDatabase(loaded, signal, ({ database, url }) => {
    const work = job({ migration, database, url, environment, folder, configFile: loaded.file, signal, talk })
    return call.onInterrupt === 'finish' ? work : unlessInterrupted(work, signal, () => interrupted(call))
  })
}

async function withDatabase(
  { config, file }: LoadedConfig,
  signal: AbortSignal,
  work: (open: OpenDatabase) => Promise<Outcome>,
): Promise<Outcome> {
  const open = await openDatabase(config, file)
  try {
    return await work(open)
  } finally {
    await (signal.aborted ? open.abandon() : open.close())
  }
}

function interrupted({ command, migration }: Call) {
  return errors.INTERRUPTED({
    command: migration === undefined ? command : `${command} ${migration}`,
    done: 'what it had finished stays',
  })
}
