import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function reportCommand(shell: Shell) {
  return newCommand('report', {
    summary: 'write the evidence of a migration to one Markdown and one HTML file',
    description:
      'Gathers where the migration stands, the plan with the real rows that break a rule, field mappings, verifications and the ' +
      'certificate, the phase history with what each gate said, incidents, and benchmarks where a file is named. Both files stand ' +
      'alone. Reads each legacy row once, as `plan` does; writes nothing to the database.',
    examples: [
      ['changeover report --to evidence', 'evidence/report.md and evidence/report.html'],
      ['changeover report --to evidence --benchmarks docs/benchmarks.md', 'with the figures of a run'],
    ],
    exits: [0],
  })
    .requiredOption('--to <folder>', 'the folder to write; made where it does not exist')
    .option('--benchmarks <file>', 'figures in Markdown, which are taken as they are')
    .action(async (migration, { config, json, to, benchmarks }) => {
      const { report } = await import('../jobs/report.ts')
      await perform(
        shell,
        { command: 'report', migration, config, json, onInterrupt: 'leave' },
        report({ to, benchmarks }),
      )
    })
}
