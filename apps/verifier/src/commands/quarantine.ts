import { perform } from '../perform.ts'
import { recorded } from '../recorded.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function quarantineCommand(shell: Shell) {
  return newCommand('quarantine', {
    summary: 'list the rows that could not be written, with the reason; --retry tries again',
    description:
      'Lists the legacy rows that the backfill set aside: key, rule, field, and why. After the rows or the mapping were ' +
      'corrected, --retry writes them; those that pass leave the quarantine.',
    examples: [
      ['changeover quarantine', 'the list'],
      ['changeover quarantine --retry', 'tries every row of it again'],
    ],
    exits: [0, 4],
  })
    .option('--retry', 'write the rows again')
    .action(async (migration, { retry, ...options }) => {
      const { quarantine } = await import('../jobs/quarantine.ts')
      await perform(
        shell,
        { command: 'quarantine', migration, ...options, onInterrupt: 'leave' },
        retry === true
          ? recorded({ what: 'quarantine retry' }, quarantine({ retry: true }))
          : quarantine({ retry: false }),
      )
    })
}
