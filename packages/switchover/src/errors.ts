import { defineErrors } from '@changeover/errors'

/** The errors of this package. */
export const errors = defineErrors('SWITCHOVER', {
  // The flags
  FLAGS_CONTRADICT: {
    message: (v: { flags: string; why: string; mode: string }) =>
      `The flags ${v.flags} contradict each other: ${v.why}. ${v.mode} holds.`,
    fix: 'Read from the target only what is written to it, and write to legacy as long as anything reads it.',
  },
  FLAGS_UNKNOWN: {
    message: (v: { mode: string }) => `The source of the flags does not answer; ${v.mode} holds.`,
    fix: 'Bring the source back; the last known flags are used until then.',
  },
  FLAG_UNANSWERED: {
    message: (v: { flag: string; errorCode: string }) =>
      `The flag ${v.flag} has never had an answer (${v.errorCode}), and any default could be the wrong side.`,
    fix: 'Start when the provider is ready, and define the flag.',
    retriable: true,
  },
  SIDE_BEHIND: {
    message: (v: { switchover: string; side: string; wanted: string; mode: string }) =>
      `${v.switchover} is to go to ${v.wanted}, but ${v.side} lacks writes that the other side has; ${v.mode} holds.`,
    fix: (v) => `Copy every key to ${v.side} with synchronizeAll, in a mode that writes both sides.`,
  },
  LEDGER_SILENT: {
    message: (v: { switchover: string }) =>
      `The ledger of ${v.switchover} does not answer: writes reach the authority alone, and the other side falls behind.`,
    fix: 'Bring its database back, then copy every key with synchronizeAll.',
  },

  // One call
  TOO_SLOW: {
    message: (v: { operation: string; side: string; deadlineMs: number }) =>
      `${v.operation} has got no answer from ${v.side} within ${v.deadlineMs} ms; whether it did its work is unknown.`,
    fix: 'Call it again, or raise deadlineMs of that side.',
    retriable: true,
  },
  SIDE_RESTS: {
    message: (v: { operation: string; side: string }) =>
      `${v.operation} did not ask ${v.side}: its last calls failed one after the other.`,
    fix: 'Mend that side; it is asked again by itself after a while.',
    retriable: true,
  },

  // Copying
  COPY_OVERDUE: {
    message: (v: { key: string }) =>
      `Copying ${v.key} has taken so long that somebody else may do it by now.`,
    fix: 'Nothing was written. Repair again, and look why the store is so slow.',
    retriable: true,
  },
  SOURCE_BEHIND: {
    message: (v: { switchover: string; from: string }) =>
      `${v.from} of ${v.switchover} lacks writes that the other side has: copied over, they would be lost there too.`,
    fix: 'Synchronize in the other direction.',
  },
  LEGACY_BEHIND: {
    message: (v: { switchover: string; left: number }) =>
      `Legacy of ${v.switchover} could not be brought up to date (${v.left} keys failed), and does not lead yet.`,
    fix: 'Run it again, or give up what only the target has: onlyOnTarget: "give-up".',
    retriable: true,
  },
})
