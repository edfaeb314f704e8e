import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function backupCommand(shell: Shell) {
  return newCommand('backup', {
    summary: 'write the tables of the migration to CSV files, all of one snapshot',
    description:
      'Writes every table of both sides, and those that they refer to, as CSV with a header: one file each, streamed, while the ' +
      'application goes on. Where a pg_dump on the PATH is as new as the server, the whole database of that same snapshot is ' +
      'dumped beside them, with its schema. A manifest with counts, checksums and hashes is written last.',
    examples: [
      ['changeover backup --to backup-of-today', 'a folder that does not exist yet'],
      [
        'changeover restore --from backup-of-today --to postgres://localhost/proof',
        'proves that it can be restored',
      ],
    ],
    exits: [0],
  })
    .requiredOption('--to <folder>', 'the folder to write')
    .action(async (migration, { config, json, to }) => {
      const { backup } = await import('../jobs/backup.ts')
      await perform(
        shell,
        { command: 'backup', migration, config, json, onInterrupt: 'leave' },
        backup({ to }),
      )
    })
}
