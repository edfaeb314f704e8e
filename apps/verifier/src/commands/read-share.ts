import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { GateName } from '@changeover/rollout'
import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

/** Which share of reads comes from the target while legacy leads. */
export function readShareCommand(shell: Shell) {
  return newCommand('read-share', {
    summary: 'let a share of the reads come from the target while legacy leads',
    description:
      'A key or tenant that reads from the target goes on doing so while the share grows; --lower takes readers back. Every process ' +
      'sees the change within a second.',
    examples: [
      ['changeover phase read-share --percent 10 --reason "first readers"', 'a tenth of the keys'],
      ['changeover phase read-share --percent 10 --tenant acme', 'and all of one tenant'],
      [
        'changeover phase read-share --percent 0 --lower',
        'back to legacy, before dual write is switched off',
      ],
    ],
    exits: [0, 3],
  })
    .requiredOption('--percent <share>', 'share of keys, 0 to 100', percentage)
    .option('--tenant <names...>', 'tenants that read from the target whatever the share')
    .option('--lower', 'take readers back to legacy')
    .option('--reason <text>', 'why, for the audit trail', 'not given')
    .option('--waive <gates...>', 'pass these gates although they are closed')
    .action(async (migration, { percent, tenant, lower, reason, waive, config, json }) => {
      const { readShare } = await import('../jobs/read-share.ts')
      await perform(
        shell,
        { command: 'phase read-share', migration, config, json, onInterrupt: 'leave' },
        readShare({
          percent,
          tenants: tenant ?? [],
          isLower: lower === true,
          reason,
          waive: waive as readonly GateName[] | undefined, // a name that is no gate waives none
        }),
      )
    })
}

function percentage(text: string): number {
  const share = Number(text)
  if (text.trim() === '' || !(share >= 0 && share <= 100))
    throw new InvalidArgumentError(`${text} is no share from 0 to 100.`)
  return share
}
