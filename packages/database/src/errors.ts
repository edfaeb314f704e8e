import { defineErrors } from '@changeover/errors'
import type { ConnectionTarget } from './connection-target.ts'
import type { ServerReport } from './server-report.ts'

type Report = ServerReport & ConnectionTarget

const at = ({ host, port }: ConnectionTarget) => (host === undefined ? '' : ` at ${host}:${port}`)

/** The errors of this package. */
export const errors = defineErrors('DATABASE', {
  // Reaching it
  URL_INVALID: {
    message: () => 'The URL of the database cannot be read.',
    fix: 'Write it as postgres://user:password@host:5432/name, special characters percent-encoded (@ is %40).',
  },
  UNREACHABLE: {
    message: (v: Report) => `No PostgreSQL answers${at(v)}: ${v.said}.`,
    fix: 'Start it, or set DATABASE_URL to one that runs.',
    retriable: true,
  },
  AUTHENTICATION_FAILED: {
    message: (v: Report) => `PostgreSQL${at(v)} does not let ${v.user ?? 'the user'} in: ${v.said}.`,
    fix: 'Check the user and password of DATABASE_URL, and pg_hba.conf of the server.',
  },
  NO_SUCH_DATABASE: {
    message: (v: Report) => `PostgreSQL${at(v)} has no database ${v.database ?? 'of that name'}: ${v.said}.`,
    fix: (v) => `Create it with: createdb ${v.database ?? 'name'}`,
  },
  TOO_OLD: {
    message: (v: { version: string; oldest: number }) =>
      `The server is PostgreSQL ${v.version}; ${v.oldest} is the oldest that works.`,
    fix: (v) => `Upgrade the server to PostgreSQL ${v.oldest} or later.`,
  },
  TOO_MANY_CONNECTIONS: {
    message: (v: Report) => `PostgreSQL${at(v)} takes no more connections: ${v.said}.`,
    fix: 'Use fewer connections per process, or raise max_connections of the server.',
    retriable: true,
  },
  POOL_EXHAUSTED: {
    message: (v: Report) => `No connection of the pool${at(v)} became free in time: ${v.said}.`,
    fix: 'Raise maxConnections, or shorten the transactions that hold the connections.',
    retriable: true,
  },
  POOL_CLOSED: {
    message: (v: Report) => `The pool is closed: ${v.said}.`,
    fix: 'Await what still runs before you close the database.',
  },
  CONNECTION_LOST: {
    message: (v: Report) => `The connection to PostgreSQL${at(v)} broke: ${v.said}.`,
    fix: 'Run the command again; if it breaks again, look into the log of the server.',
    retriable: true,
  },

  // What the server lacks
  PRIVILEGE_MISSING: {
    message: (v: Report) => `A privilege is missing: ${v.said}.`,
    fix: (v) => `GRANT it to the user ${v.user ?? 'of DATABASE_URL'}, or connect as the owner.`,
  },
  TABLE_MISSING: {
    message: (v: Report) => `A table is missing: ${v.said}.`,
    fix: 'Create it by running the migrations, or correct its name and schema.',
  },
  COLUMN_MISSING: {
    message: (v: Report) => `A column is missing: ${v.said}.`,
    fix: 'Create it by running the migrations, or correct its name.',
  },
  DISK_FULL: {
    message: (v: Report) => `The disk of the server is full: ${v.said}.`,
    fix: 'Free space on the server and run the command again; nothing is half-written.',
  },
  READ_ONLY: {
    message: (v: Report) => `The server or the transaction is read-only: ${v.said}.`,
    fix: 'Set DATABASE_URL to the primary, not to a replica.',
  },

  // Others at work: the whole transaction again (see retrying)
  LOCK_TIMEOUT: {
    message: (v: Report) => `Somebody else holds a lock that is needed: ${v.said}.`,
    fix: 'End the long transactions in pg_stat_activity (see xact_start), then run the command again.',
    retriable: true,
  },
  DEADLOCK: {
    message: (v: Report) => `Two transactions waited for each other: ${v.said}.`,
    fix: 'Run the whole transaction again.',
    retriable: true,
  },
  SERIALIZATION: {
    message: (v: Report) => `Another transaction changed what this one read: ${v.said}.`,
    fix: 'Run the whole transaction again.',
    retriable: true,
  },
  QUERY_CANCELED: {
    message: (v: Report) => `The statement was canceled: ${v.said}.`,
    fix: 'Raise statement_timeout, or give it less to do at once.',
  },

  // What was asked
  CONSTRAINT_VIOLATED: {
    message: (v: Report) =>
      `A row breaks a constraint: ${v.said}.${v.detail === undefined ? '' : ` ${v.detail}`}`,
    fix: 'Correct the row, or the constraint that refuses it.',
  },
  VALUE_INVALID: {
    message: (v: Report) => `A value does not fit its type: ${v.said}.`,
    fix: 'Correct the value, or how it is converted.',
  },
  ABORTED: {
    message: (v: { said: string }) => `An earlier statement of the transaction had failed: ${v.said}.`,
    fix: 'Let the failure of the earlier statement pass through, so that the transaction ends.',
  },
  QUERY_FAILED: {
    message: (v: Report) => `The statement failed: ${v.said} (${v.sqlState ?? 'no SQLSTATE'}).`,
    fix: (v) =>
      `Correct the statement${v.hint === undefined ? '' : ` (${v.hint})`}; the manual of PostgreSQL explains the SQLSTATE.`,
  },

  // Misuse of transactions
  COMMIT_UNKNOWN: {
    message: (v: { said: string }) =>
      `The connection broke during COMMIT, which may have succeeded: ${v.said}.`,
    fix: 'Look whether the change is there before you run the command again.',
  },
  TRANSACTION_OPEN: {
    message: (v: { asked: string }) => `A transaction is already open, so this cannot be had: ${v.asked}.`,
    fix: 'Do it before the transaction is opened, or on a database of its own.',
  },
  TRANSACTION_CLOSED: {
    message: () => 'A statement came after the end of its transaction.',
    fix: 'Await every query of the work before the work returns.',
  },
  INDEX_NAMELESS: {
    message: (v: { statement: string }) =>
      `An index made concurrently has no name that can be read: ${v.statement}`,
    fix: 'Write CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON table …',
  },
})
