import { Command, Option } from '@commander-js/extra-typings'
import type { GateName, PhaseName } from '@changeover/rollout'
import type { PhaseChangeSettings } from '../jobs/phase-change.ts'
import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'
import { readShareCommand } from './read-share.ts'
import { wholeNumber } from './whole-number.ts'

/** Spelled out here too, so that help loads no engine; a test compares them. */
export const phaseChoices: readonly PhaseName[] = [
  'legacy-only',
  'legacy-leads',
  'target-leads',
  'target-only',
  'contracted',
]

/** Who leads: look, plan, go on, go back. */
export function phaseCommand(shell: Shell) {
  const phase = new Command('phase')
    .summary('who leads: show it, plan a change, advance, roll back')
    .description(
      'The phase says which side is the authority, for every process and in the database itself. It changes only through gates: ' +
        'each says what is missing and what opens it.',
    )
  const moving = [...moveCommands(shell), setCommand(shell), readShareCommand(shell)]
  for (const each of [showCommand(shell), planCommand(shell), ...moving]) phase.addCommand(each)
  return phase
}

function showCommand(shell: Shell) {
  return newCommand('show', {
    summary: 'the stored phase, who acts by it, and its history',
    description:
      'Prints the phase with epoch and fence, the live instances, the possible changes and the audit trail.',
    examples: [['changeover phase show', 'where it stands']],
    exits: [0],
  }).action(async (migration, options) => {
    const { phaseShow } = await import('../jobs/phase-show.ts')
    await perform(shell, { command: 'phase show', migration, ...options, onInterrupt: 'leave' }, phaseShow)
  })
}

function planCommand(shell: Shell) {
  return newCommand('plan', {
    summary: 'gates and steps of the next change, without doing it',
    description: 'Judges every gate by what is found now, and lists the steps. Nothing changes.',
    examples: [['changeover phase plan', 'what the next phase needs']],
    exits: [0, 3],
  })
    .addOption(toOption())
    .option('--waive <gates...>', 'pass these gates although they are closed')
    .action(async (migration, { to, waive, ...options }) => {
      const { phasePlan } = await import('../jobs/phase-plan.ts')
      const settings = { to, waive: gatesOf(waive) }
      await perform(
        shell,
        { command: 'phase plan', migration, ...options, onInterrupt: 'leave' },
        phasePlan('advance', settings),
      )
    })
}

function moveCommands(shell: Shell) {
  return [
    moveCommand(shell, 'advance', {
      summary: 'go on towards the target, through the gates',
      description:
        'Takes the migration to the next phase: judge the gates, flip the phase under the lock of all writers, wait until every ' +
        'transaction of the old phase is gone. It can be interrupted anywhere; the same command goes on.',
      examples: [
        ['changeover phase advance', 'to the next phase'],
        ['changeover phase advance --dry-run', 'gates and steps only'],
        ['changeover phase advance --wait 60', 'waits for closed gates, and for writers'],
      ],
    }),
    moveCommand(shell, 'rollback', {
      summary: 'go back towards legacy, with every write',
      description:
        'Takes the migration to the phase before; no acknowledged write is lost. Out of target-only legacy first catches up. ' +
        'With --dry-run it rehearses on all rows, rolled back: how many legacy would be given, which could not, and how long it takes.',
      examples: [
        ['changeover phase rollback --dry-run', 'the rehearsal'],
        [
          'changeover phase rollback --emergency --reason "errors rise"',
          'passes every gate that may be waived',
        ],
      ],
    }),
  ]
}

function moveCommand(
  shell: Shell,
  move: 'advance' | 'rollback',
  help: Pick<Parameters<typeof newCommand>[1], 'summary' | 'description' | 'examples'>,
) {
  return changing(newCommand(move, { ...help, exits: [0, 3, 4] }))
    .addOption(toOption())
    .option('--dry-run', 'print gates and steps, and for rollback the rehearsal; change nothing')
    .action(async (migration, { to, dryRun, config, json, ...rest }) => {
      const settings = settingsOf(rest)
      const call = { command: `phase ${move}`, migration, config, json, onInterrupt: 'leave' as const }
      if (dryRun === true) {
        const { phasePlan } = await import('../jobs/phase-plan.ts')
        await perform(shell, call, phasePlan(move, { ...settings, to }))
      } else {
        const { phaseChange } = await import('../jobs/phase-change.ts')
        await perform(shell, call, phaseChange(move, { ...settings, to }))
      }
    })
}

function setCommand(shell: Shell) {
  return changing(
    newCommand('set', {
      summary: 'go to the phase that the environment flags mean',
      description: 'Goes there phase by phase, each through its gates.',
      examples: [['DUAL_WRITE_ENABLED=true changeover phase set --from-env', 'to legacy-leads']],
      exits: [0, 3, 4],
    }),
  )
    .requiredOption('--from-env', 'take the phase from the flags of the environment')
    .action(async (migration, { fromEnv: _fromEnv, config, json, ...rest }) => {
      const { phaseSet } = await import('../jobs/phase-change.ts')
      await perform(
        shell,
        { command: 'phase set', migration, config, json, onInterrupt: 'leave' },
        phaseSet(settingsOf(rest)),
      )
    })
}

/** The options of whatever changes the phase. */
function changing(command: ReturnType<typeof newCommand>) {
  return command
    .option('--reason <text>', 'why, for the audit trail', 'not given')
    .option('--expected-epoch <epoch>', 'refuse when the phase has changed since you looked')
    .option('--wait <seconds>', 'wait this long for closed gates and for writers', wholeNumber(0, 86_400))
    .option('--waive <gates...>', 'pass these gates although they are closed; those that guard writes stay')
    .option('--emergency', 'pass every gate that may be waived')
}

interface Changing {
  readonly reason: string
  readonly expectedEpoch?: string | undefined
  readonly wait?: number | undefined
  readonly waive?: string[] | undefined
  readonly emergency?: true | undefined
}

function settingsOf({ reason, expectedEpoch, wait, waive, emergency }: Changing): PhaseChangeSettings {
  return { reason, expectedEpoch, waitSeconds: wait, waive: gatesOf(waive), emergency: emergency === true }
}

/** A name that is no gate waives none. */
function gatesOf(names: readonly string[] | undefined): readonly GateName[] | undefined {
  return names as readonly GateName[] | undefined
}

function toOption() {
  return new Option('--to <phase>', 'the phase to go to, instead of the next one').choices(phaseChoices)
}
