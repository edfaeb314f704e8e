import { Argument, Command } from '@commander-js/extra-typings'
import type { Shell } from '../shell.ts'
import { afterHelp } from './new-command.ts'

const shells = ['bash', 'zsh', 'fish'] as const

/** Prints the script by which a shell completes commands, options and their values. */
export function completionCommand() {
  return new Command('completion')
    .summary('print the script that completes commands and options in your shell')
    .description('The script asks `changeover complete` at each Tab, so it need not be renewed.')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText('after', () =>
      afterHelp({
        examples: [
          ['source <(changeover completion bash)', 'in ~/.bashrc; zsh alike'],
          ['changeover completion fish > ~/.config/fish/completions/changeover.fish', 'for fish'],
        ],
        exits: [0],
      }),
    )
    .action(async (name) => {
      const { printScript } = await import('../completion.ts')
      printScript(name)
    })
}

/** What the script calls at each Tab. */
export function completeCommand(shell: Shell) {
  return new Command('complete').argument('[words...]').action(async (words) => {
    const { complete } = await import('../completion.ts')
    await complete(shell, words)
  })
}
