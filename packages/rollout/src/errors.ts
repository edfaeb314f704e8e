import { defineErrors } from '@changeover/errors'

/** The errors of this package. */
export const errors = defineErrors('ROLLOUT', {
  FLAG_INVALID: {
    message: (v: { name: string; value: string }) =>
      `The environment variable ${v.name} is ${JSON.stringify(v.value)}, which is neither true nor false.`,
    fix: (v) => `Set ${v.name}=true or ${v.name}=false, or unset it.`,
  },
  FLAGS_CONTRADICT: {
    message: (v: { flags: string; nearest: string }) => `The flags mean no phase together: ${v.flags}.`,
    fix: (v) => `Set ${v.nearest}.`,
  },
  FLAGS_DISAGREE: {
    message: (v: { migration: string; stored: string; flagged: string; wanted: string }) =>
      `The flags of ${v.migration} mean ${v.flagged}, but its stored phase is ${v.stored}, which holds.`,
    fix: (v) => `Set ${v.wanted}, or move the phase: changeover phase set ${v.migration} --from-env`,
  },
  FLAGS_REFUSED: {
    message: (v: { code: string; message: string; fix: string }) =>
      `The flags and the phase disagree, and strict mode is on: ${v.message} (${v.code})`,
    fix: (v) => v.fix,
  },

  // The phase and the read share
  PHASE_MISSING: {
    message: (v: { migration: string }) => `No phase of the migration ${v.migration} is stored.`,
    fix: (v) => `Store it: changeover install ${v.migration}`,
  },
  PHASE_IN_USE: {
    message: (v: { migration: string; phase: string }) =>
      `${v.migration} is in ${v.phase}: without its stored phase it would be taken for legacy-only.`,
    fix: (v) => `Take it back first: changeover phase rollback ${v.migration}`,
  },
  PHASE_CHANGED: {
    message: (v: { migration: string; expected: string; epoch: string; phase: string }) =>
      `The phase of ${v.migration} has changed since this work began: to ${v.phase}, epoch ${v.epoch} instead of ${v.expected}.`,
    fix: 'Run the whole request again: it begins with the new phase.',
    retriable: true,
  },
  CATCH_UP_REFUSED: {
    message: (v: {
      migration: string
      phase: string
      epoch: string
      expected: string
      startedAt: string
      syncedSince: string
    }) =>
      `Legacy of ${v.migration} does not count as caught up: filled from ${v.startedAt} on under epoch ${v.expected}, but both sides are written since ${v.syncedSince}, and the phase is ${v.phase}, epoch ${v.epoch}.`,
    fix: 'Go to target-leads, wait for its fence, and fill legacy again.',
  },
  READ_SHARE_INVALID: {
    message: (v: { percent: number }) => `${v.percent} is no share of reads.`,
    fix: 'Give a number from 0 to 100.',
  },
  READ_SHARE_FIXED: {
    message: (v: { migration: string; phase: string }) =>
      `In ${v.phase} there is nothing to share: all reads of ${v.migration} come from one side.`,
    fix: 'Change the phase first.',
  },
  READ_SHARE_LOWERED: {
    message: (v: { migration: string; from: string; to: string }) =>
      `The new read share of ${v.migration} would take back who reads from the target already: ${v.from} to ${v.to}.`,
    fix: 'Say that this is wanted: --lower',
  },

  // Transitions
  NO_SUCH_TRANSITION: {
    message: (v: { from: string; to: string; possible: readonly string[] }) =>
      `There is no transition from ${v.from} to ${v.to}.`,
    fix: (v) => `Go to ${v.possible.join(' or ')} first.`,
  },
  NO_WAY_BACK: {
    message: (v: { to: string }) =>
      `There is no way back from contracted to ${v.to}: the legacy tables are archived, and nobody writes them any more.`,
    fix: 'Put the archived tables back, read-only and as they were: changeover contract restore',
  },
  TRANSITION_CONFLICT: {
    message: (v: { migration: string; owner: string }) =>
      `Somebody else changes the phase of ${v.migration}: ${v.owner}.`,
    fix: (v) => `Wait until they have finished, then look: changeover phase show ${v.migration}`,
  },
  TRANSACTION_OPEN: {
    message: (v: { migration: string }) =>
      `The phase of ${v.migration} cannot be changed inside a transaction: its steps are committed one by one.`,
    fix: 'Call it before the transaction is opened.',
  },
  EPOCH_MOVED: {
    message: (v: { migration: string; expected: string; phase: string }) =>
      `The phase of ${v.migration} is no longer the one of epoch ${v.expected}: it is ${v.phase} now.`,
    fix: (v) => `Look, and decide again: changeover phase show ${v.migration}`,
  },
  GATES_CLOSED: {
    message: (v: {
      migration: string
      to: string
      closed: readonly { readonly gate: string; readonly why: string; readonly fix: string }[]
    }) =>
      `${v.migration} cannot go to ${v.to}: ${v.closed.map(({ gate, why }) => `${gate} (${why})`).join('; ')}.`,
    fix: (v) => v.closed.map(({ gate, fix }) => `${gate}: ${fix}`).join(' '),
  },
  PHASE_LOCKED: {
    message: (v: { migration: string; blockers: readonly string[] }) =>
      `Writers of ${v.migration} did not end in time, so its phase stays: ${v.blockers.join(', ') || 'they are gone now'}.`,
    fix: 'End them (pg_terminate_backend, ROLLBACK PREPARED), or run the command again.',
    retriable: true,
  },
  FENCE_BLOCKED: {
    message: (v: { migration: string; epoch: string; blockers: readonly string[] }) =>
      `The new phase of ${v.migration} stands (epoch ${v.epoch}), but transactions from before it are open: ${v.blockers.join(', ')}.`,
    fix: 'End them (pg_terminate_backend, COMMIT PREPARED), then run the same command again to finish it.',
    retriable: true,
  },
})
