import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function restoreCommand(shell: Shell) {
  return newCommand('restore', {
    summary: 'restore a backup into another database, and prove that it is equal',
    description:
      'Checks the hash of each file, fills the empty tables of another database, and compares counts and checksums with those of ' +
      'the snapshot: all of it or nothing. The tables must be there and be empty, or the backup holds a dump, of which they are made. ' +
      'Nothing is overwritten. Triggers do not fire; foreign keys are checked. That it could be done is recorded in the database of ' +
      'the migration, where `changeover contract` asks for it.',
    examples: [
      ['changeover restore --from backup-of-today --to postgres://localhost/proof', 'into a fresh database'],
    ],
    exits: [0],
  })
    .requiredOption('--from <folder>', 'what `changeover backup` has written')
    .requiredOption('--to <url>', 'the database to restore into')
    .action(async (migration, { config, json, from, to }) => {
      const { restore } = await import('../jobs/restore.ts')
      await perform(
        shell,
        { command: 'restore', migration, config, json, onInterrupt: 'leave' },
        restore({ from, to }),
      )
    })
}
