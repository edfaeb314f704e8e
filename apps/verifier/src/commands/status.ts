import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function statusCommand(shell: Shell) {
  return newCommand('status', {
    summary: 'show where the migration stands and what to do next',
    description:
      'Shows the phase that the flags mean, what is installed, how far the backfill is, what is in quarantine, the last ' +
      'certificate, and the next command. Reads bookkeeping and catalogs only: it is quick on tables of any size.',
    examples: [
      ['changeover status', 'as text'],
      ["changeover status --json | jq '.result.next'", 'the next command'],
    ],
    exits: [0],
  }).action(async (migration, options) => {
    const { status } = await import('../jobs/status.ts')
    await perform(shell, { command: 'status', migration, ...options, onInterrupt: 'leave' }, status)
  })
}
