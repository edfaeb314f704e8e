import { script } from '@bomb.sh/tab'
import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { createCommands } from './program.ts'
import type { Shell } from './shell.ts'

/** Prints the script for a shell. It asks `changeover complete` at each Tab. */
export function printScript(name: string): void {
  script(name, 'changeover', 'changeover')
}

/** Prints what may stand in the place of the last word, from the commands themselves. */
export function complete(shell: Shell, words: readonly string[]): void {
  // The library takes commander's own class, of which the typed one is a view.
  const commands = createCommands(shell) as unknown as Command
  const known = tab(commands, { completionCommandName: 'completion' })
  known.command('completion', 'print the script that completes commands and options in your shell')
  known.parse([...words])
}
