import { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { recorded } from '../recorded.ts'
import type { Shell } from '../shell.ts'
import { afterHelp, type CommandHelp } from './new-command.ts'

const help: CommandHelp = {
  summary: 'take back what a verify --fix has written',
  description:
    'Restores the target rows and links as they were before the fix, wherever they still are what the fix left; rows that ' +
    'were written since are left alone and listed.',
  examples: [['changeover undo 3', 'takes fix 3 back']],
  exits: [0, 4],
}

export function undoCommand(shell: Shell) {
  return new Command('undo')
    .summary(help.summary)
    .description(help.description)
    .argument('<fix>', 'the number that verify --fix printed')
    .argument('[migration]', 'which migration of the config; may be left out where there is only one')
    .option('--config <file>', 'the config, instead of the nearest changeover.config.ts')
    .option('--json', 'print one JSON document on stdout: { command, exitCode, result | failure }')
    .addHelpText('after', () => afterHelp(help))
    .action(async (fix, migration, options) => {
      const { undo } = await import('../jobs/undo.ts')
      await perform(
        shell,
        { command: 'undo', migration, ...options, onInterrupt: 'leave' },
        recorded({ what: 'undo', details: { fix } }, undo(fix)),
      )
    })
}
