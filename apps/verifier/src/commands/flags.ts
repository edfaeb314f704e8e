import { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

/** The flags of the environment beside the stored phase. */
export function flagsCommand(shell: Shell) {
  return new Command('flags')
    .summary('the environment flags, and whether they agree with the phase')
    .description('Flags say which phase is meant where none is stored; afterwards the stored phase holds.')
    .addCommand(
      newCommand('check', {
        summary: 'print the table of phases; fail on a contradiction',
        description:
          'Prints which flags mean which phase, which one is stored and which one the environment means. Ends with exit code 4 ' +
          'when the flags contradict each other or the stored phase.',
        examples: [['changeover flags check', 'before a deployment']],
        exits: [0, 4],
      }).action(async (migration, options) => {
        const { flagsCheck } = await import('../jobs/flags-check.ts')
        await perform(
          shell,
          { command: 'flags check', migration, ...options, onInterrupt: 'leave' },
          flagsCheck,
        )
      }),
    )
}
