import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'
import { wholeNumber } from './whole-number.ts'

export function watchCommand(shell: Shell) {
  return newCommand('watch', {
    summary: 'follow a backfill or a transition that another process does',
    description:
      'Reads the ledgers again and again: how far each mapping is, how fast, how long it may still take, and at which step a ' +
      'transition stands. In a terminal the view is drawn again; elsewhere each change is a line on stderr. Ends when nothing is ' +
      'under way, or with Ctrl-C, which stops the watching alone; the last state goes to stdout.',
    examples: [
      ['changeover watch', 'beside a backfill on another machine'],
      ['changeover watch work-items --every 10 --json', 'waits for the end, then prints what came of it'],
    ],
    exits: [0],
  })
    .option('--every <seconds>', 'how often to look', wholeNumber(1, 3_600), 1)
    .action(async (migration, { config, json, every }) => {
      const { watch } = await import('../jobs/watch.ts')
      await perform(
        shell,
        { command: 'watch', migration, config, json, onInterrupt: 'finish' },
        watch({ everySeconds: every }),
      )
    })
}
