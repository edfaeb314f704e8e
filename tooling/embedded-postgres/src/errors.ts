import { defineErrors } from '@changeover/errors'

/** Everything that can keep the embedded PostgreSQL from starting. */
export const errors = defineErrors('EMBEDDED_POSTGRES', {
  PLATFORM_UNSUPPORTED: {
    message: (v: { platform: string }) => `There is no embedded PostgreSQL for ${v.platform}.`,
    fix: 'Set DATABASE_URL to a PostgreSQL server of version 14 or newer.',
  },
  BINARIES_MISSING: {
    message: (v: { name: string }) => `The PostgreSQL binaries of ${v.name} are not installed.`,
    fix: 'Run `pnpm install` without `--no-optional`, or set DATABASE_URL to a server that runs.',
  },
  ACCOUNT_MISSING: {
    message: (v: { account: string }) =>
      `PostgreSQL does not run as root, and this machine has no account "${v.account}" to run it as.`,
    fix: 'Run the command as an ordinary user, or set DATABASE_URL to a server that runs.',
  },
  FOLDER_UNUSABLE: {
    message: (v: { folder: string; reason: string }) => `The folder ${v.folder} cannot be used: ${v.reason}.`,
    fix: (v) => `Make ${v.folder} writable for this user, or delete it.`,
  },
  FOLDER_BUSY: {
    message: (v: { folder: string; owner: string }) =>
      `Another process (${v.owner}) has been starting or stopping the server in ${v.folder} for over a minute.`,
    fix: (v) => `End process ${v.owner.split(':')[0]} and run the command again.`,
    retriable: true,
  },
  PORT_IN_USE: {
    message: (v: { port: number }) => `Port ${v.port} is already in use.`,
    fix: (v) => `Stop what listens on port ${v.port}, or leave the port out to get a free one.`,
  },
  DISK_FULL: {
    message: (v: { folder: string }) => `The disk is full: PostgreSQL could not write to ${v.folder}.`,
    fix: (v) => `Free some space on the disk of ${v.folder} and run the command again.`,
  },
  VERSION_MISMATCH: {
    message: (v: { folder: string; found: string; needed: string }) =>
      `The data in ${v.folder} belongs to PostgreSQL ${v.found}; the binaries here are ${v.needed}.`,
    fix: (v) => `Delete ${v.folder} to begin anew; sample data is loaded again.`,
  },
  START_FAILED: {
    message: (v: { folder: string; log: string }) => `PostgreSQL in ${v.folder} did not start:\n${v.log}`,
    fix: (v) => `Mend what the log says, or delete ${v.folder} to begin anew.`,
  },
})

/** Gives an error of the file system its code; leaves failures and everything else as they are. */
export function explained(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return errors.DISK_FULL({ folder }, { cause: error })
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code))
    return errors.FOLDER_UNUSABLE({ folder, reason: code }, { cause: error })
  return error
}
