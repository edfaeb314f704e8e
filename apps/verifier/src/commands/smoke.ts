import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function smokeCommand(shell: Shell) {
  return newCommand('smoke', {
    summary: 'try a running API after a deployment: flags, every collection, hierarchy, calendar',
    description:
      'Creates, reads, finds, changes and deletes a row of every collection that a running API describes, moves work items, looks for ' +
      'them in the calendar, and whether the API acts by the phase that the flags of the environment mean. It takes away what it ' +
      'has made, also when a check fails or Ctrl-C stops it. While legacy leads nobody may write work items, so what needs it does ' +
      'not apply; neither does a collection whose rows cannot be like those that are there.',
    examples: [
      ['changeover smoke work-items --url https://api.example.com', 'after a deployment'],
      ['changeover smoke --url http://127.0.0.1:3000 --json', 'for a pipeline'],
    ],
    exits: [0, 4],
  })
    .requiredOption('--url <url>', 'where the API runs')
    .option('--token <token>', 'its bearer token; CHANGEOVER_API_TOKEN unless given')
    .action(async (migration, { config, json, url, token }) => {
      const { smoke } = await import('../jobs/smoke.ts')
      await perform(
        shell,
        { command: 'smoke', migration, config, json, onInterrupt: 'finish' },
        smoke({ url, token: token ?? shell.environment['CHANGEOVER_API_TOKEN'] }),
      )
    })
}
