import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function uninstallCommand(shell: Shell) {
  return newCommand('uninstall', {
    summary: 'remove what install created',
    description:
      'Drops the identity indexes of the migration and forgets its steps; with the last migration goes the schema ' +
      '"changeover": checkpoints, quarantine, before-images and certificates. Legacy and target rows stay as they are.',
    examples: [['changeover uninstall work-items --yes', 'removes it without asking back']],
    exits: [0, 3],
  })
    .option('--yes', 'confirm that the bookkeeping may go')
    .action(async (migration, { yes, ...options }) => {
      const { uninstall } = await import('../jobs/uninstall.ts')
      await perform(
        shell,
        { command: 'uninstall', migration, ...options, onInterrupt: 'leave' },
        uninstall({ confirmed: yes === true }),
      )
    })
}
