import { CommanderError } from 'commander'
import { exitCodeOf } from './exit-code.ts'
import { printFailure } from './print.ts'
import { createProgram } from './program.ts'
import type { Shell } from './shell.ts'
import { usageFailure } from './usage-failure.ts'

/** Runs one command line. What the command does ends in the shell's exit code. */
export async function runCli(shell: Shell, args: readonly string[]): Promise<void> {
  const program = createProgram(shell)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError && isHelp(thrown)) return
    const failure = thrown instanceof CommanderError ? usageFailure(thrown, program, args) : thrown
    printFailure(shell, { command: args[0] ?? '', json: args.includes('--json') }, failure)
    shell.setExitCode(exitCodeOf(failure))
  }
}

// Also for a call without a command, which commander counts as an error.
function isHelp({ exitCode, code }: CommanderError): boolean {
  return exitCode === 0 || code === 'commander.help'
}
