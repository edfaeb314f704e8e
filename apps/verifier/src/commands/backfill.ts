import { perform } from '../perform.ts'
import { recorded } from '../recorded.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'
import { wholeNumber } from './whole-number.ts'

export function backfillCommand(shell: Shell) {
  return newCommand('backfill', {
    summary: 'write the old rows to the target, in batches; goes on where it stopped',
    description:
      'Writes the target rows of all legacy rows, mapping by mapping in the order of their references. A batch is one ' +
      'transaction with its checkpoint, so that it can be stopped at any moment (Ctrl-C, kill -9) and called again. ' +
      'Rows that cannot be mapped go to quarantine with the reason; the run goes on without them. It yields: while others are at ' +
      'work on the server, wait for its rows, or a standby falls behind, it makes short batches and rests between them.',
    examples: [
      ['changeover backfill', 'starts, or goes on'],
      ['changeover backfill work-items --dry-run', 'does everything but commit'],
      ['changeover backfill --batch-rows 500', 'shorter locks'],
      ['changeover backfill --max-speed', 'in a maintenance window'],
    ],
    exits: [0, 3, 4],
  })
    .option('--batch-rows <rows>', 'legacy rows per transaction at most', wholeNumber(1, 100_000), 5_000)
    .option('--max-quarantined <percent>', 'stop when more cannot be written', wholeNumber(0, 100), 10)
    .option('--max-speed', 'rest for nobody')
    .option('--dry-run', 'roll every batch back; tell what would be written')
    .option('--restart', 'begin at the first row again, whatever the checkpoint says')
    .action(async (migration, { batchRows, maxQuarantined, maxSpeed, dryRun, restart, ...options }) => {
      const { backfill } = await import('../jobs/backfill.ts')
      const settings = {
        batchRows,
        maxQuarantinedPercent: maxQuarantined,
        speed: maxSpeed === true ? ('full' as const) : ('yielding' as const),
        dryRun: dryRun === true,
        restart: restart === true,
      }
      await perform(
        shell,
        { command: 'backfill', migration, ...options, onInterrupt: 'finish' },
        recorded({ what: 'backfill', details: settings }, backfill(settings)),
      )
    })
}
