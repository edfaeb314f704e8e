import { defineErrors } from '@changeover/errors'
/** What stops a verification or a fix, and (as problems) why a verification cannot answer for everything. */
export const errors = defineErrors('VERIFIER', {
  // Failures
  MAPPINGS_NONE: {
    message: (v) => `The migration ${v.migration} gives no mapping to verify.`,
    fix: 'Name at least one mapping of the migration.',
  },
  NOT_INSTALLED: {
    message: (v) => `The table ${v.table}, where results are kept, is not there.`,
    fix: 'Run: changeover install (or verify with record: false, which can be neither resumed nor certified).',
  },
  VERIFICATION_UNKNOWN: {
    message: (v) => `The migration ${v.migration} has no verification ${v.id}.`,
    fix: 'Give the number that the interrupted verification printed.',
  },
  VERIFICATION_STALE: {
    message: (v) => `Verification ${v.id} cannot be resumed: ${v.changed} is another one than when it began.`,
    fix: 'Start a new verification without resume.',
  },
  FIX_UNKNOWN: {
    message: (v) => `The migration ${v.migration} has no fix ${v.id}.`,
    fix: 'Give the number that the fix printed.',
  },
  FIX_TARGET_KEY: {
    message: (v) =>
      `${v.mapping}: rows of a target table whose key has several columns cannot be discarded or adopted.`,
    fix: 'Remove the orphans and duplicates by hand, by the keys that the findings name.',
  },
  // Why a verification is inconclusive
  ROWS_NONE: {
    message: (v) => `${v.mapping}: no row of ${v.table} was read, so nothing is proven.`,
    fix: (v) => `Check that ${v.table} is the table meant, and that its scope (where) has rows.`,
  },
  TABLE_UNREADABLE: {
    message: (v) => `${v.mapping}: ${v.table} cannot be read: ${v.why}.`,
    fix: (v) => `Create ${v.table} or grant SELECT on all its columns to this user.`,
  },
  ROWS_HIDDEN: {
    message: (v) => `${v.mapping}: row-level security hides rows of ${v.table} from this user.`,
    fix: (v) => `Verify as the owner of ${v.table} or as a user with BYPASSRLS.`,
  },
  KEY_NOT_UNIQUE: {
    message: (v) =>
      `${v.mapping}: no valid unique index proves that ${v.key} identifies a row of ${v.table}.`,
    fix: (v) =>
      `Create a unique index on ${v.table} (${v.key}), or correct the key of the table's description.`,
  },
  CHUNK_UNREAD: {
    message: (v) => `${v.mapping}: the ${v.part} of ${v.range} could not be read: ${v.why}`,
    fix: 'Mend what the message says, then resume the verification.',
  },
  INTERRUPTED: {
    message: (v) => `The verification stopped after ${v.done} of ${v.planned} chunks.`,
    fix: (v) => (v.id === '' ? 'Run it again.' : `Run: changeover verify --resume ${v.id}`),
  },
})
//# sourceMappingURL=errors.js.map
