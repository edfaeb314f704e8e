import { perform } from '../perform.ts'
import { recorded } from '../recorded.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'
import { outputOption } from './output-option.ts'
import { wholeNumber } from './whole-number.ts'

export function verifyCommand(shell: Shell) {
  return newCommand('verify', {
    summary: 'compare both sides, row by row and field by field; mend with --fix',
    description:
      'Finds missing, mismatched (per field), orphaned and duplicate rows, inside the database and consistent under writes. ' +
      'With --fix each finding is read again under lock and mended in the direction of the authority; what was there before ' +
      'is kept for `changeover undo`. In GitHub Actions it annotates the findings and writes the step summary. ' +
      'Of the environment it honours MIGRATION_AUTO_FIX (as --fix) and MIGRATION_STRICT_MODE (as --strict), ' +
      'or what the migration names them.',
    examples: [
      ['changeover verify', 'the report'],
      ['changeover verify --verbose', 'and each finding with key, field, both values'],
      ['changeover verify --fix', 'mends what differs, and verifies again'],
      ['changeover verify --report-only --strict', 'the summary alone; nothing is let pass'],
      [
        'changeover verify --output junit=report.xml --output sarif=report.sarif',
        'reports for a build server',
      ],
      ['changeover verify --output ndjson', 'each finding in a line, for a pipe'],
    ],
    exits: [0, 4, 5],
  })
    .option('--fix', 'mend what is found')
    .option('--no-fix', 'mend nothing, whatever the environment says')
    .option('--report-only', 'print the summary without the single checks')
    .option('--verbose', 'print each finding')
    .option('--strict', 'count values held by one side as findings')
    .addOption(outputOption())
    .option('--resume <verification>', 'go on with an interrupted verification')
    .option('--chunk-rows <rows>', 'legacy rows per statement', wholeNumber(1, 10_000_000), 50_000)
    .option('--workers <count>', 'statements at a time', wholeNumber(1, 32), 2)
    .action(async (migration, { config, json, ...options }) => {
      const { verify } = await import('../jobs/verify.ts')
      await perform(
        shell,
        { command: 'verify', migration, config, json, onInterrupt: 'finish' },
        recorded(
          {
            what: options.fix === true ? 'fix' : 'verification',
            details: options.resume === undefined ? {} : { resume: options.resume },
          },
          verify(options),
        ),
      )
    })
}
