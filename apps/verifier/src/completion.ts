import { script } from '@bomb.sh/tab'
import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { outputFormats } from './commands/output-option.ts'
import { loadConfig } from './config/load-config.ts'
import { createCommands } from './program.ts'
import type { Shell } from './shell.ts'

/** Prints the script for a shell. It asks `changeover complete` at each Tab. */
export function printScript(name: string): void {
  script(name, 'changeover', 'changeover')
}

/** Prints what may stand in the place of the last word: commands, options, and the values that are known of both. */
export async function complete(shell: Shell, words: readonly string[]): Promise<void> {
  // The library takes commander's own class, of which the typed one is a view.
  const commands = createCommands(shell) as unknown as Command
  const known = tab(commands, { completionCommandName: 'completion' })
  known.command('completion', 'print the script that completes commands and options in your shell')
  const values = await valuesFor(shell, words)
  for (const command of known.commands.values()) {
    for (const [name, { description }] of command.options) {
      const named = values[`--${name}`]
      if (named !== undefined) command.option(name, description, telling(named))
    }
    for (const name of command.arguments.keys()) {
      const named = values[name]
      if (named !== undefined) command.argument(name, telling(named))
    }
  }
  known.parse([...words])
}

// After these comes a value of their own.
const valued: ReadonlySet<string> = new Set(['--to', '--output', '--waive', '--profile'])

type Values = Readonly<Record<string, readonly string[] | undefined>>

/** What is known only by reading something, and is read only where it may be asked for: a Tab must not take long. */
async function valuesFor(shell: Shell, words: readonly string[]): Promise<Values> {
  const isWaiving = words.includes('--waive')
  const isName = words.length > 1 && !words.at(-1)?.startsWith('-') && !valued.has(words.at(-2) ?? '')
  return {
    '--output': outputFormats,
    '--waive': isWaiving ? Object.keys((await import('@changeover/rollout')).gates) : [],
    migration: isName ? await migrationNames(shell) : [],
  }
}

/** Nothing where there is no config, or one that does not load: a Tab is no place to complain. */
async function migrationNames({ folder }: Shell): Promise<readonly string[]> {
  return loadConfig(folder, undefined).then(
    ({ config: { migrations } }) => migrations.map(({ name }) => name),
    () => [],
  )
}

function telling(values: readonly string[]) {
  return (tell: (value: string, description: string) => void): void => {
    for (const value of values) tell(value, '')
  }
}
