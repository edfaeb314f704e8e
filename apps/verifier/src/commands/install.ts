import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function installCommand(shell: Shell) {
  return newCommand('install', {
    summary: 'create the bookkeeping tables and the identity indexes',
    description:
      'Creates the schema "changeover" with the bookkeeping tables, and for each mapping the unique index by which a target ' +
      'row knows its legacy row. Indexes are built concurrently: nobody is blocked. Run again, it does what is missing.',
    examples: [
      ['changeover install', 'installs the only migration of the config'],
      ['changeover install work-items --json', 'the steps as data'],
    ],
    exits: [0],
  }).action(async (migration, options) => {
    const { install } = await import('../jobs/install.ts')
    await perform(shell, { command: 'install', migration, ...options, onInterrupt: 'leave' }, install)
  })
}
