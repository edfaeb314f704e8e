import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function auditCommand(shell: Shell) {
  return newCommand('audit', {
    summary: 'look at the legacy data before anything is migrated',
    description:
      'Counts the rows of every table, and finds what stands in the way of a migration or was wrong all along: references to rows ' +
      'that do not exist, required fields without a value, values that a rule cannot map (outside an enumeration, natural keys ' +
      'of which there is not exactly one row) with counts for each, fields out of order, duplicates, rows that would collide on the ' +
      'target. Needs nothing to be installed and writes nothing. It scans each legacy table a few times.',
    examples: [
      ['changeover audit', 'the report'],
      [
        "changeover audit --json | jq '.result.findings[] | {table, of, rows}'",
        'what is wrong, and how often',
      ],
    ],
    exits: [0, 4, 5],
  }).action(async (migration, options) => {
    const { audit } = await import('../jobs/audit.ts')
    await perform(shell, { command: 'audit', migration, ...options, onInterrupt: 'leave' }, audit)
  })
}
