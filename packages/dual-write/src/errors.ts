import { defineErrors } from '@changeover/errors'

/** What can go wrong with dual write: a row that is refused, an installation that is not whole. */
export const errors = defineErrors('DUAL_WRITE', {
  ROW_REFUSED: {
    message: (v: { mapping: string; key: string; field: string; why: string; rule: string }) =>
      `${v.mapping} ${v.key} cannot be written to the other side: ${v.field} ${v.why} (${v.rule}).`,
    fix: 'Correct the value, or the rule that refuses it; under the policy best-effort the row would be owed instead.',
  },
  TRUNCATE_REFUSED: {
    message: (v: { table: string; said: string }) => `TRUNCATE of ${v.table} is refused: ${v.said}.`,
    fix: 'Use DELETE, which reaches the other side too.',
  },
  LEGACY_READ_ONLY: {
    message: (v: { operation: string; table: string; phase: string; proxy: string | undefined }) =>
      `${v.operation} of ${v.table} is refused: the target leads (phase ${v.phase}), and legacy follows it.`,
    fix: (v) =>
      v.proxy === undefined
        ? 'Write to the target instead.'
        : `Write to ${v.proxy} instead, the same table as a view over the target; with MikroORM: proxyManager(em, phase).`,
  },
  PHASE_MISSING: {
    message: (v: { migration: string }) => `No phase of the migration ${v.migration} is stored.`,
    fix: 'Store it first: changeover install',
  },
  NOT_INSTALLED: {
    message: (v: { missing: string }) => `Dual write needs ${v.missing}, which is not there.`,
    fix: 'Create it with: changeover install',
  },

  CAPTURE_BLIND: {
    message: (v: { mapping: string; why: string }) =>
      `Capture by the ORM would not see all writes of ${v.mapping}: ${v.why}.`,
    fix: "Capture this migration by triggers: leave out capture: 'orm'.",
  },

  PHASE_MOVED: {
    message: (v: { migration: string; was: string; is: string }) =>
      `The phase of ${v.migration} went from ${v.was} to ${v.is} during the transaction.`,
    fix: 'Run the whole transaction again.',
    retriable: true,
  },

  // What an installation lacks: found by the drift check
  TRIGGER_MISSING: {
    message: (v: { table: string; trigger: string }) => `The trigger ${v.trigger} on ${v.table} is missing.`,
    fix: 'Install dual write again, then verify: writes since then may be on one side only.',
  },
  TRIGGER_DISABLED: {
    message: (v: { table: string; trigger: string; enabled: string }) =>
      `The trigger ${v.trigger} on ${v.table} does not fire always (tgenabled is ${v.enabled}, not A).`,
    fix: (v) =>
      `ALTER TABLE ${v.table} ENABLE ALWAYS TRIGGER "${v.trigger}"; then verify: writes since then may be on one side only.`,
  },
  TRIGGER_CHANGED: {
    message: (v: { table: string; trigger: string; definition: string }) =>
      `The trigger ${v.trigger} on ${v.table} is not the one that was installed: ${v.definition}`,
    fix: 'Install dual write again, then verify.',
  },
  FUNCTION_MISSING: {
    message: (v: { name: string }) => `The function ${v.name} is missing.`,
    fix: 'Install dual write again.',
  },
  FUNCTION_CHANGED: {
    message: (v: { name: string }) => `The function ${v.name} is not what the mapping compiles to.`,
    fix: 'Install dual write again, by the build whose mapping is the right one.',
  },

  // What the probe row finds
  SELF_TEST_FAILED: {
    message: (v: { mapping: string; direction: string; event: string }) =>
      `A probe row of ${v.mapping} was not written ${v.direction} after ${v.event}.`,
    fix: 'Install dual write again; if it fails again, look for triggers of your own on these tables.',
  },
  SELF_TEST_SKIPPED: {
    message: (v: { mapping: string; direction: string; why: string }) =>
      `No probe row of ${v.mapping} could be made to test dual write ${v.direction}: ${v.why}.`,
    fix: 'Write one row by hand in a transaction, look at the other side, and roll it back.',
  },
})
