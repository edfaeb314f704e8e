import { Command } from '@commander-js/extra-typings'
import { auditCommand } from './commands/audit.ts'
import { backfillCommand } from './commands/backfill.ts'
import { completeCommand, completionCommand } from './commands/completion.ts'
import { contractCommand } from './commands/contract.ts'
import { backupCommand } from './commands/backup.ts'
import { doctorCommand } from './commands/doctor.ts'
import { docsCommand } from './commands/docs.ts'
import { flagsCommand } from './commands/flags.ts'
import { installCommand } from './commands/install.ts'
import { afterHelp } from './commands/new-command.ts'
import { phaseCommand } from './commands/phase.ts'
import { planCommand } from './commands/plan.ts'
import { preflightCommand } from './commands/preflight.ts'
import { quarantineCommand } from './commands/quarantine.ts'
import { reportCommand } from './commands/report.ts'
import { restoreCommand } from './commands/restore.ts'
import { smokeCommand } from './commands/smoke.ts'
import { statusCommand } from './commands/status.ts'
import { undoCommand } from './commands/undo.ts'
import { uninstallCommand } from './commands/uninstall.ts'
import { verifyCommand } from './commands/verify.ts'
import { watchCommand } from './commands/watch.ts'
import type { Shell } from './shell.ts'

/** The version of this package; a test compares it with package.json. */
export const version = '0.1.0'

const help = {
  summary: '',
  description: '',
  examples: [
    ['changeover audit', 'what the legacy data is like'],
    ['changeover plan', 'look before anything is written'],
    ['changeover install', 'create what the rest needs'],
    ['changeover phase advance', 'from now on every write reaches both sides'],
    ['changeover backfill', 'write the old rows'],
    ['changeover verify', 'prove that both sides agree'],
  ],
  exits: [0, 3, 4, 5],
} as const

/** The whole command line. Nothing heavy is loaded before a command runs. */
export function createProgram(shell: Shell) {
  const program = createCommands(shell)
    .addCommand(completionCommand())
    .addCommand(completeCommand(shell), { hidden: true })
  const nested = program.commands.flatMap((each) => [each, ...each.commands])
  for (const each of [program, ...nested]) speakThrough(each, shell)
  return program
}

/** What can be done, without what completes it. */
export function createCommands(shell: Shell) {
  const program = new Command('changeover')
    .description(
      'Changes a live application over from one data model to another, without downtime or a lost write.',
    )
    .version(version, '--version', 'print the version')
    .addHelpText('after', () => afterHelp(help))
    .showSuggestionAfterError(false)
  const commands = [
    auditCommand(shell),
    backupCommand(shell),
    restoreCommand(shell),
    planCommand(shell),
    installCommand(shell),
    phaseCommand(shell),
    flagsCommand(shell),
    contractCommand(shell),
    backfillCommand(shell),
    verifyCommand(shell),
    undoCommand(shell),
    quarantineCommand(shell),
    statusCommand(shell),
    watchCommand(shell),
    doctorCommand(shell),
    preflightCommand(shell),
    smokeCommand(shell),
    docsCommand(shell),
    reportCommand(shell),
    uninstallCommand(shell),
  ]
  for (const each of commands) program.addCommand(each)
  return program
}

/** Failures are printed by us, with their code and fix; help goes where the shell says. */
function speakThrough(
  command: { exitOverride(): unknown; configureOutput(output: object): unknown },
  shell: Shell,
) {
  command.exitOverride()
  command.configureOutput({
    writeOut: (text: string) => shell.stdout.write(text),
    writeErr: (text: string) => shell.stdout.write(text),
    outputError: () => {},
  })
}
