import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function planCommand(shell: Shell) {
  return newCommand('plan', {
    summary: 'show what would happen, and which rows would not survive; writes nothing',
    description:
      'Shows the order of the mappings, the DDL of each step, what is lost per field, and how many real rows break it: ' +
      'values outside a map, dates that do not survive, natural keys that collide. Reads every legacy row, writes nothing.',
    examples: [
      ['changeover plan', 'the plan as text'],
      ['changeover plan work-items --json > plan.json', 'the plan as data'],
    ],
    exits: [0, 4],
  }).action(async (migration, options) => {
    const { plan } = await import('../jobs/plan.ts')
    await perform(shell, { command: 'plan', migration, ...options, onInterrupt: 'leave' }, plan)
  })
}
