import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function doctorCommand(shell: Shell) {
  return newCommand('doctor', {
    summary: 'look for whatever keeps it from working, with the remedy of each finding',
    description:
      'Looks at connection and version, privileges and extensions, tables, triggers, views and indexes as they were installed, ' +
      'locks that are waited for, transactions that stay open, processes that are silent or act by another phase, and whether ' +
      'Node and PostgreSQL agree about clock and time zones. Reads catalogs, statistics and bookkeeping; no rows, and writes nothing.',
    examples: [
      ['changeover doctor', 'when something is strange'],
      ['changeover doctor work-items --json', 'for a program'],
    ],
    exits: [0, 4],
  }).action(async (migration, options) => {
    const { doctor } = await import('../jobs/doctor.ts')
    await perform(shell, { command: 'doctor', migration, ...options, onInterrupt: 'leave' }, doctor)
  })
}
