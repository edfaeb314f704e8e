import { perform } from '../perform.ts'
import { recorded } from '../recorded.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function installCommand(shell: Shell) {
  return newCommand('install', {
    summary: 'create bookkeeping, phase, indexes, triggers and proxies',
    description:
      'Creates the schema "changeover" with the bookkeeping tables, and for each mapping the unique index by which a target ' +
      'row knows its legacy row, the triggers of dual write (idle until the phase legacy-leads), and the proxies: the legacy ' +
      'tables as views in "changeover_legacy". The first phase is the one that the environment flags mean. Indexes are built ' +
      'concurrently: nobody is blocked. The indexes of the proxies come last: run it again once the target is filled. Run again, it also does what is missing, and mends what was switched off or changed.',
    examples: [
      ['changeover install', 'installs the only migration of the config'],
      ['changeover install work-items --json', 'the steps as data'],
    ],
    exits: [0],
  }).action(async (migration, options) => {
    const { install } = await import('../jobs/install.ts')
    await perform(
      shell,
      { command: 'install', migration, ...options, onInterrupt: 'leave' },
      recorded({ what: 'install' }, install),
    )
  })
}
