import { defineErrors } from '@changeover/errors'

const offsetText = (minutes: number | null) =>
  minutes === null ? 'unknown' : `${String(minutes)} minutes from UTC`

/** The errors of this package. */
export const errors = defineErrors('MIGRATION', {
  NAME_INVALID: {
    message: (v: { name: string }) => `${JSON.stringify(v.name)} cannot be the name of a migration.`,
    fix: 'Use lower-case letters, digits and hyphens, beginning with a letter: work-items.',
  },
  NAME_TWICE: {
    message: (v: { name: string }) => `Two migrations are named ${v.name}.`,
    fix: (v) => `Rename one of them, so that ${v.name} means one thing.`,
  },
  MAPPINGS_MISSING: {
    message: (v: { migration: string }) => `The migration ${v.migration} has no mapping.`,
    fix: (v) => `List at least one in defineMigration({ name: '${v.migration}', mappings: [ … ] }).`,
  },
  MAPPING_TWICE: {
    message: (v: { migration: string; mapping: string }) =>
      `In ${v.migration} two mappings are named ${v.mapping}.`,
    fix: (v) => `Rename one of them: ${v.mapping} stands in the ledger, in findings and in reports.`,
  },

  LEGACY_MAPPED_TWICE: {
    message: (v: { migration: string; table: string; mappings: string }) =>
      `In ${v.migration} a row of ${v.table} belongs to several mappings: ${v.mappings}. On the way back it would be deleted as soon as one of its target rows is.`,
    fix: 'Write one mapping whose target is a view over the tables that the row becomes (madeOf), or give each mapping rows of its own (where).',
  },

  // What stands in the way
  PRIVILEGE_LACKING: {
    message: (v: { privilege: string; object: string; user: string }) =>
      `The user ${v.user} lacks ${v.privilege} on ${v.object}.`,
    fix: (v) => `Run as the owner: GRANT ${v.privilege} ON ${v.object} TO ${v.user};`,
  },
  OWNER_NEEDED: {
    message: (v: { table: string; user: string }) =>
      `The user ${v.user} does not own ${v.table}, on which install makes triggers or an index.`,
    fix: (v) => `Run install as the owner of ${v.table}, or make ${v.user} a member of its role.`,
  },
  ROWS_HIDDEN: {
    message: (v: { table: string; user: string }) =>
      `Row-level security hides rows of ${v.table} from ${v.user}.`,
    fix: (v) => `Use the owner of ${v.table}, or run: ALTER ROLE ${v.user} BYPASSRLS;`,
  },
  // What a doctor finds
  SERVER_READ_ONLY: {
    message: (v: { at: string }) => `The database cannot be written: ${v.at} is a replica, or read-only.`,
    fix: 'Set DATABASE_URL to the primary.',
  },
  EXTENSION_MISSING: {
    message: (v: { extension: string }) => `The extension ${v.extension} is not installed.`,
    fix: (v) => `Run as the owner of the database: CREATE EXTENSION ${v.extension};`,
  },
  STEPS_BUSY: {
    message: (v: { migration: string }) =>
      `What is installed of ${v.migration} could not be read: somebody else holds a lock on it.`,
    fix: (v) => `See who, and look again: changeover doctor ${v.migration}`,
    retriable: true,
  },
  STEP_OPEN: {
    message: (v: { migration: string; step: string; said: string }) => `${v.step}: ${v.said}.`,
    fix: (v) => `Run: changeover install ${v.migration}`,
  },
  LOCK_AWAITED: {
    message: (v: { pid: number; table: string; seconds: number; by: string }) =>
      `pid ${v.pid} has waited ${v.seconds} s for a lock (${v.table}) that is held by ${v.by}.`,
    fix: (v) => `Let it end, or end it: SELECT pg_terminate_backend(pid) FROM unnest(ARRAY[${v.by}]) AS pid;`,
  },
  TRANSACTION_LONG: {
    message: (v: { who: string; seconds: number; end: string }) =>
      `${v.who} has had a transaction open for ${v.seconds} s; a fence would wait for it.`,
    fix: (v) => `Let it end, or end it: ${v.end}`,
  },
  SESSIONS_HIDDEN: {
    message: (v: { sessions: number }) => `What ${v.sessions} sessions of other users do cannot be seen.`,
    fix: 'Run as a superuser: GRANT pg_read_all_stats TO CURRENT_USER; with the user of DATABASE_URL in the place of CURRENT_USER.',
  },
  INSTANCE_SILENT: {
    message: (v: { migration: string; instance: string; seconds: number }) =>
      `The process ${v.instance} has not shown itself for ${v.seconds} s.`,
    fix: (v) =>
      `Start it again; if it is gone for good: DELETE FROM changeover.instance WHERE migration = '${v.migration}' AND instance = '${v.instance}';`,
  },
  INSTANCE_STALE: {
    message: (v: { migration: string; said: string }) => `The processes of ${v.migration} differ: ${v.said}.`,
    fix: (v) => `Deploy one build everywhere, restart what lags, then look: changeover doctor ${v.migration}`,
  },
  CLOCKS_DIFFER: {
    message: (v: { seconds: number; allowed: number }) =>
      `The clocks of Node and PostgreSQL are ${v.seconds} s apart; more than ${v.allowed} s make ages and leases wrong.`,
    fix: 'Set both by the network, on each machine: sudo timedatectl set-ntp true',
  },
  ZONES_DIFFER: {
    message: (v: { zone: string; on: string; node: number | null; database: number | null }) =>
      `On ${v.on} ${v.zone} is ${offsetText(v.node)} for Node and ${offsetText(v.database)} for PostgreSQL.`,
    fix: 'Bring the older one up to date: sudo apt-get install --only-upgrade tzdata and restart PostgreSQL, or a newer Node.',
  },
  // What a preflight finds
  GATE_NOT_OPEN: {
    message: (v: { migration: string; gate: string; state: string; why: string; how: string }) =>
      `The gate ${v.gate} of ${v.migration} ${v.state === 'waived' ? 'was passed although it was closed' : 'is closed'}: ${v.why}.`,
    fix: (v) => v.how,
  },
  PHASE_NOT_REACHED: {
    message: (v: { migration: string; phase: string; required: string }) =>
      `The stored phase of ${v.migration} is ${v.phase}, and ${v.required} is required.`,
    fix: (v) => `Go there: changeover phase advance ${v.migration} --to ${v.required}`,
  },
  SETTING_UNSAFE: {
    message: (v: { name: string; value: string; wanted: string }) =>
      `${v.name} is ${JSON.stringify(v.value)}, and ${v.wanted} is what production needs.`,
    fix: (v) => `Set it in the environment and restart: export ${v.name}=${v.wanted}`,
  },
  CONNECTION_OPEN: {
    message: () => 'The connection to the database is not encrypted.',
    fix: 'Add ?sslmode=verify-full to DATABASE_URL, and set ssl = on in postgresql.conf.',
  },
  ROLE_SUPERUSER: {
    message: (v: { user: string }) => `${v.user} is a superuser, whom no privilege and no policy holds back.`,
    fix: 'Run CREATE ROLE changeover LOGIN; make it the owner of the tables, and use it in DATABASE_URL.',
  },
  TABLE_PUBLIC: {
    message: (v: { table: string; privileges: string }) => `Everybody may ${v.privileges} on ${v.table}.`,
    fix: (v) => `Run: REVOKE ALL ON ${v.table} FROM PUBLIC;`,
  },
  BLOCKED: {
    message: (v: { migration: string; problems: readonly string[] }) =>
      `${v.migration} cannot be installed as things are:\n${v.problems.map((each) => `- ${each}`).join('\n')}`,
    fix: (v) => `See how to mend each with: changeover plan ${v.migration}`,
  },

  // What an audit finds
  ROWS_ORPHANED: {
    message: (v: { table: string; of: string; toTable: string; rows: number; first: string }) =>
      `${v.rows} rows of ${v.table} refer by ${v.of} to rows of ${v.toTable} that do not exist (first: ${v.first}).`,
    fix: (v) => `Bring the rows of ${v.toTable} back, or empty ${v.of} of the rows that refer to them.`,
  },
  VALUES_MISSING: {
    message: (v: { table: string; of: string; rows: number; first: string }) =>
      `${v.rows} rows of ${v.table} have no ${v.of}, which is required (first: ${v.first}).`,
    fix: (v) =>
      `Give ${v.of} a value in these rows, or describe it as nullable and say with withDefault what it becomes.`,
  },
  DATES_OUT_OF_ORDER: {
    message: (v: { table: string; of: string; rows: number; first: string }) =>
      `In ${v.rows} rows of ${v.table} the first of ${v.of} is after the second (first: ${v.first}).`,
    fix: (v) => `Correct them in ${v.table}; they are carried over as they are.`,
  },
  ROWS_DUPLICATE: {
    message: (v: { table: string; of: string; rows: number; groups: number }) =>
      `${v.rows} rows of ${v.table} share their ${v.of} with another one, in ${v.groups} groups.`,
    fix: (v) => `Merge or rename them, then let a unique index on ${v.of} keep it so.`,
  },
  ROWS_REFUSED: {
    message: (v: { table: string; rule: string; why: string; rows: number; first: string }) =>
      `${v.rule} cannot map ${v.rows} rows of ${v.table}: each ${v.why} (first: ${v.first}).`,
    fix: 'Correct the rows, or widen the rule.',
  },
  ROWS_COLLIDE: {
    message: (v: { table: string; of: string; rows: number; keys: string }) =>
      `${v.rows} rows of ${v.table} would have the same ${v.of} on the target: ${v.keys}.`,
    fix: 'Make them differ in the legacy table, or in the rule.',
  },
  ROWS_UNREAD: {
    message: (v: { mapping: string; said: string; how: string }) =>
      `Rows of ${v.mapping} were not looked at: ${v.said}`,
    fix: (v) => v.how,
  },

  // Backups
  BACKUP_FOLDER_TAKEN: {
    message: (v: { folder: string }) => `${v.folder} is not empty, so no backup is written there.`,
    fix: 'Name a folder that does not exist yet.',
  },
  BACKUP_EMPTY: {
    message: (v: { migration: string }) =>
      `None of the tables of ${v.migration} exists, so there is nothing to back up.`,
    fix: 'Correct the URL of the database, or run the migrations of the application.',
  },
  BACKUP_UNREADABLE: {
    message: (v: { folder: string; said: string }) => `${v.folder} is no backup: ${v.said}.`,
    fix: 'Name the folder that `changeover backup` has written to the end.',
  },
  BACKUP_DAMAGED: {
    message: (v: { folder: string; file: string }) =>
      `${v.file} in ${v.folder} is not as it was written: its hash is another one, or it is missing.`,
    fix: 'Use another copy of the backup; nothing was restored.',
  },
  DUMP_FAILED: {
    message: (v: { program: string; said: string }) => `${v.program} failed: ${v.said}`,
    fix: 'Mend what it says; or take it from the PATH, and the tables are backed up as CSV alone.',
  },
  RESTORE_TABLE_MISSING: {
    message: (v: { tables: string }) => `The database to restore into has no ${v.tables}.`,
    fix: 'Make the tables there by the migrations of the application, then restore again.',
  },
  RESTORE_TABLE_FULL: {
    message: (v: { table: string }) => `${v.table} has rows already, and a restore overwrites nothing.`,
    fix: 'Restore into a fresh database: --to postgres://…',
  },
  RESTORE_DIFFERS: {
    message: (v: { table: string; was: number; is: number }) =>
      `${v.table} is not what was backed up (${v.is} rows of ${v.was}, or another checksum); nothing was kept.`,
    fix: 'Compare the columns and their types with those of the database that was backed up.',
  },

  // Operating
  PHASE_FORBIDS: {
    message: (v: { what: string; phase: string; why: string }) =>
      `A ${v.what} is not allowed in the phase ${v.phase}: ${v.why}.`,
    fix: 'Set the flags of a phase in which legacy leads, or do it the other way round: changeover verify --fix',
  },

  DUAL_WRITE_OFF: {
    message: (v: { migration: string; phase: string; why: string }) =>
      `Old rows of ${v.migration} cannot be filled in yet: in the phase ${v.phase} ${v.why}, so that rows written meanwhile would be missed.`,
    fix: (v) => `Turn dual write on first: changeover phase advance ${v.migration} --to legacy-leads`,
  },

  PHASE_LAST: {
    message: (v: { migration: string; phase: string; move: string }) =>
      `${v.migration} is in ${v.phase}; there is nowhere to ${v.move} to.`,
    fix: (v) => `Look where it stands: changeover phase show ${v.migration}`,
  },
  PHASE_OTHER_WAY: {
    message: (v: { migration: string; move: string; from: string; to: string }) =>
      `From ${v.from} to ${v.to} is no ${v.move}.`,
    fix: (v) =>
      `If that is meant: changeover phase ${v.move === 'advance' ? 'rollback' : 'advance'} ${v.migration} --to ${v.to}`,
  },

  // Installing
  NOT_INSTALLED: {
    message: (v: { migration: string; missing: string }) => `${v.migration} is not installed: ${v.missing}.`,
    fix: (v) => `Run: changeover install ${v.migration}`,
  },
  INSTALL_RUNNING: {
    message: (v: { migration: string }) => `Somebody else is installing right now, so ${v.migration} is not.`,
    fix: (v) => `Wait until it has ended, then run: changeover install ${v.migration}`,
    retriable: true,
  },
  IDENTITY_NOT_UNIQUE: {
    message: (v: { migration: string; table: string; said: string }) =>
      `${v.table} already holds several rows for one legacy row: ${v.said}`,
    fix: (v) =>
      `See them with \`changeover verify ${v.migration} --verbose\`, mend them with --fix, then install again.`,
  },
  CONTRACT_SHARED: {
    message: (v: { migration: string; table: string }) =>
      `${v.migration} cannot be contracted: ${v.table} is legacy of one mapping and target of another, so it cannot be archived.`,
    fix: 'Say of which columns it consists on each side in one mapping in place, or let the table stay.',
  },
  CONTRACT_IN_PLACE: {
    message: (v: { migration: string; table: string }) =>
      `The legacy names of ${v.migration} cannot stay as views: ${v.table} stays a table, and only its old columns go.`,
    fix: (v) => `Leave out --keep-names: changeover contract archive ${v.migration} --confirm ${v.migration}`,
  },
  CONTRACTED: {
    message: (v: { migration: string; places: readonly string[] }) =>
      `${v.migration} is contracted: its legacy tables are no longer written, and there is no way back. They are at ${v.places.join(', ') || 'their old place still: the contraction was interrupted'}.`,
    fix: (v) =>
      `Look: changeover contract show ${v.migration}. Put them back, read-only and as they were: changeover contract restore ${v.migration}`,
  },
  NOT_CONTRACTED: {
    message: (v: { migration: string }) => `${v.migration} is not contracted, so nothing is archived.`,
    fix: (v) => `See what is missing for it: changeover contract show ${v.migration}`,
  },
  NAME_NOT_TYPED: {
    message: (v: { migration: string }) =>
      `The legacy tables of ${v.migration} are not touched without its name being typed.`,
    fix: (v) => `Type it: --confirm ${v.migration}`,
  },
  ARCHIVE_KEPT: {
    message: (v: { migration: string; places: readonly string[] }) =>
      `${v.migration} cannot be uninstalled: the bookkeeping knows of tables in the archive, or of views with their names: ${v.places.join(', ')}.`,
    fix: (v) =>
      `Drop them first: changeover contract drop ${v.migration} --confirm ${v.migration}, then the views that are left.`,
  },
  TARGET_LEADS: {
    message: (v: { migration: string; phase: string }) =>
      `${v.migration} cannot be uninstalled in the phase ${v.phase}: the way back would be lost.`,
    fix: (v) => `Go back to legacy first: changeover phase rollback ${v.migration}`,
  },
})
