import { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'
import { wholeNumber } from './whole-number.ts'

const longestSeconds = 366 * 86_400

/** The end of legacy: prove that nobody needs it, archive it, put it back, drop it. */
export function contractCommand(shell: Shell) {
  const contract = new Command('contract')
    .summary('the end of legacy: show what needs it, archive it, restore it, drop it')
    .description(
      'Out of target-only: once it is proven that nobody uses the legacy tables, they are moved into an archive schema, as they ' +
        'are. From there they can be put back to be read, or dropped by name.',
    )
  for (const make of [showCommand, backupCommand, archiveCommand, restoreCommand, dropCommand])
    contract.addCommand(make(shell))
  return contract
}

function showCommand(shell: Shell) {
  return newCommand('show', {
    summary: 'who still uses legacy, what is missing, or where it is',
    description:
      'Looks at the counters of the server, at views, functions and foreign keys, and judges the gates. Call it again and again: ' +
      'each look counts from the last use that any look has seen. A dump of the tables is a use, too. After the contraction it ' +
      'says where each table is.',
    examples: [
      ['changeover contract show', 'what keeps legacy from being archived'],
      ['changeover contract show --unused-for 86400', 'a day without use is enough'],
    ],
    exits: [0, 3],
  })
    .option('--unused-for <seconds>', 'how long nobody may have used legacy', wholeNumber(0, longestSeconds))
    .action(async (migration, { unusedFor, ...options }) => {
      const { contractShow } = await import('../jobs/contract-show.ts')
      await perform(
        shell,
        { command: 'contract show', migration, ...options, onInterrupt: 'leave' },
        contractShow({ unusedSeconds: unusedFor }),
      )
    })
}

function backupCommand(shell: Shell) {
  return newCommand('backup-restored', {
    summary: 'record that a backup was restored just now',
    description:
      'What was never restored is no backup. Restore one elsewhere, look at the legacy rows in it, and record it here.',
    examples: [
      ['changeover contract backup-restored --note "dump of 3 May, on db-test"', 'opens a gate for a day'],
    ],
    exits: [0],
  })
    .requiredOption('--note <text>', 'which backup, restored where, and what was looked at')
    .action(async (migration, { note, ...options }) => {
      const { contractBackup } = await import('../jobs/contract-backup.ts')
      await perform(
        shell,
        { command: 'contract backup-restored', migration, ...options, onInterrupt: 'leave' },
        contractBackup({ note }),
      )
    })
}

function archiveCommand(shell: Shell) {
  return newCommand('archive', {
    summary: 'go to contracted, and move the legacy tables into the archive',
    description:
      'Judges the gates, flips the phase, takes dual write and proxies away, and moves each legacy table with its rows, indexes and ' +
      'sequences into an archive schema; foreign keys to tables that stay are taken off and remembered. There is no way back to a ' +
      'phase in which legacy is written. It can be interrupted anywhere; the same command goes on.',
    examples: [
      ['changeover contract archive work-items --confirm work-items', 'the soft drop'],
      [
        'changeover contract archive --keep-names --confirm work-items',
        'leaves views over the target behind',
      ],
    ],
    exits: [0, 3],
  })
    .option('--confirm <name>', 'the name of the migration, typed')
    .option('--keep-names', 'leave the proxies, as views under the names of the legacy tables')
    .option('--unused-for <seconds>', 'how long nobody may have used legacy', wholeNumber(0, longestSeconds))
    .option('--reason <text>', 'why, for the audit trail', 'not given')
    .action(async (migration, { confirm, keepNames, unusedFor, reason, ...options }) => {
      const { contractArchive } = await import('../jobs/contract-archive.ts')
      await perform(
        shell,
        { command: 'contract archive', migration, ...options, onInterrupt: 'leave' },
        contractArchive({
          confirmedName: confirm,
          legacyName: keepNames === true ? 'view' : 'free',
          unusedSeconds: unusedFor,
          reason,
        }),
      )
    })
}

function restoreCommand(shell: Shell) {
  return newCommand('restore', {
    summary: 'put the archived tables back, to be read',
    description:
      'Undoes the archiving: the tables are at their old place again, as they were when they were frozen, with their foreign keys ' +
      '(not validated). They stay read-only, and the phase stays contracted.',
    examples: [['changeover contract restore', 'for the reader that everybody forgot']],
    exits: [0],
  }).action(async (migration, options) => {
    const { contractRestore } = await import('../jobs/contract-undo.ts')
    await perform(
      shell,
      { command: 'contract restore', migration, ...options, onInterrupt: 'leave' },
      contractRestore,
    )
  })
}

function dropCommand(shell: Shell) {
  return newCommand('drop', {
    summary: 'drop the archived tables, for good',
    description: 'Drops what is in the archive. Only a backup brings it back.',
    examples: [['changeover contract drop work-items --confirm work-items', 'the last step']],
    exits: [0, 3],
  })
    .option('--confirm <name>', 'the name of the migration, typed')
    .action(async (migration, { confirm, ...options }) => {
      const { contractDrop } = await import('../jobs/contract-undo.ts')
      await perform(
        shell,
        { command: 'contract drop', migration, ...options, onInterrupt: 'leave' },
        contractDrop({ confirmedName: confirm }),
      )
    })
}
