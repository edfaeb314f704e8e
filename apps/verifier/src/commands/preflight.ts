import { Option } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'
import { wholeNumber } from './whole-number.ts'

/** A test holds them beside those of the engine, which help must not load. */
export const profileChoices = ['before-deploy', 'production', 'before-contract'] as const

export function preflightCommand(shell: Shell) {
  return newCommand('preflight', {
    summary: 'the production checklist: each item passes, fails or does not apply, with evidence',
    description:
      'Goes through the checklist of a profile: data migrated and verified, backup restorable, flags as required, legacy unused and ' +
      'guarded, security settings, what is installed, and of a running API flags, calendar and security. Nothing passes that was ' +
      'not read; each failure says what to type. Ends with exit code 1 when an item fails.',
    examples: [
      ['changeover preflight --profile before-deploy --tests report.json', 'before new code is rolled out'],
      ['changeover preflight --profile production --url https://api.example.com', 'the target alone'],
      ['changeover preflight --profile before-contract', 'before legacy is archived'],
    ],
    exits: [0],
    meanings: { 1: 'an item of the checklist fails (or a bug of changeover itself)' },
  })
    .addOption(
      new Option('--profile <profile>', 'which checklist').choices(profileChoices).makeOptionMandatory(),
    )
    .option('--url <url>', 'where the API runs')
    .option('--token <token>', 'its bearer token; CHANGEOVER_API_TOKEN unless given')
    .option('--tests <file>', 'the JSON report of Vitest or Jest, for before-deploy')
    .option(
      '--unused-for <seconds>',
      'how long nobody may have used legacy, for before-contract',
      wholeNumber(0, 31_622_400),
    )
    .action(async (migration, { config, json, unusedFor, token, ...rest }) => {
      const { preflight } = await import('../jobs/preflight.ts')
      const settings = {
        ...rest,
        token: token ?? shell.environment['CHANGEOVER_API_TOKEN'],
        unusedSeconds: unusedFor,
      }
      await perform(
        shell,
        { command: 'preflight', migration, config, json, onInterrupt: 'leave' },
        preflight(settings),
      )
    })
}
