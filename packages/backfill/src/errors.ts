import { defineErrors } from '@changeover/errors'

/** What can stop a backfill. A row that cannot be written stops nothing: it goes to quarantine. */
export const errors = defineErrors('BACKFILL', {
  NOT_INSTALLED: {
    message: (v: { table: string }) => `The bookkeeping table ${v.table} is missing.`,
    fix: 'Create it with: changeover install',
  },
  OPTION_INVALID: {
    message: (v: { option: string; given: number; expected: string }) =>
      `${v.option} is ${v.given}; it must be ${v.expected}.`,
    fix: (v) => `Give ${v.option} as ${v.expected}.`,
  },
  ALREADY_RUNNING: {
    message: (v: { mapping: string; updatedAt: string }) =>
      `A backfill of ${v.mapping} is at work (its last batch: ${v.updatedAt}).`,
    fix: 'Wait for it, or stop it first: changeover status shows how far it is.',
    retriable: true,
  },
  TAKEN_OVER: {
    message: (v: { mapping: string }) =>
      `Another backfill of ${v.mapping} has taken over; this one has written nothing since.`,
    fix: 'Nothing is lost: let the other one go on, it continues where this one was.',
  },
  CHECKPOINT_STALE: {
    message: (v: { mapping: string; changed: string; was: string; is: string }) =>
      `The checkpoint of ${v.mapping} was made with another ${v.changed}: ${v.was} then, ${v.is} now.`,
    fix: 'Begin again with: changeover backfill --restart (rows that already agree are only read).',
  },
  SCHEMA_CHANGED: {
    message: (v: { mapping: string; changes: string }) =>
      `The tables of ${v.mapping} have changed: ${v.changes}`,
    fix: 'Change the tables back and run the backfill again, or change the mapping with them and begin again with --restart.',
  },
  TOO_MANY_QUARANTINED: {
    message: (v: {
      mapping: string
      quarantined: number
      rows: number
      limitPercent: number
      mostly: string
    }) =>
      `${v.quarantined} of ${v.rows} rows of ${v.mapping} went to quarantine, more than ${v.limitPercent} %; the last one because: ${v.mostly}.`,
    fix: 'Correct the mapping or the rows (changeover quarantine lists them) and run it again, or raise maxQuarantinedPercent.',
  },
  ROW_REFUSED: {
    message: (v: { field: string; why: string }) => `${v.field} ${v.why}.`,
    fix: 'Correct the row or the rule, then retry the quarantine.',
  },
})
