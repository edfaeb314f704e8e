import { Command } from '@commander-js/extra-typings'
import { type ExitCode, exitCodeMeanings } from '../exit-code.ts'

/** What the help of a command says beyond its options. */
export interface CommandHelp {
  /** One line for the list of commands. */
  readonly summary: string
  /** What it does, reads and writes. */
  readonly description: string
  /** Command lines with what each is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[]
  /** The exit codes that it can end with. */
  readonly exits: readonly ExitCode[]
  /** Of exit codes that say something else here. */
  readonly meanings?: Partial<Record<ExitCode, string>>
}

/** A command on one migration, with the options that all of them have. */
export function newCommand(name: string, help: CommandHelp) {
  return new Command(name)
    .summary(help.summary)
    .description(help.description)
    .argument('[migration]', 'which migration of the config; may be left out where there is only one')
    .option('--config <file>', 'the config, instead of the nearest changeover.config.ts')
    .option('--json', 'print one JSON document on stdout: { command, exitCode, result | failure }')
    .addHelpText('after', () => afterHelp(help))
}

/** Examples and exit codes, as they stand below the options. */
export function afterHelp({
  examples,
  exits,
  meanings = {},
}: Pick<CommandHelp, 'examples' | 'exits' | 'meanings'>): string {
  const width = Math.max(...examples.map(([command]) => command.length))
  return [
    '',
    'Examples:',
    ...examples.map(([command, purpose]) => `  $ ${command.padEnd(width)}  # ${purpose}`),
    '',
    'Exit codes:',
    ...[...exits, 1 as const, 2 as const]
      .toSorted((left, right) => left - right)
      .map((code) => `  ${code}  ${meanings[code] ?? exitCodeMeanings[code]}`),
  ].join('\n')
}
