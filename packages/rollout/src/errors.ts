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
  PHASE_MISSING: {
    message: (v: { migration: string }) => `No phase of the migration ${v.migration} is stored.`,
    fix: (v) => `Store it: changeover install ${v.migration}`,
  },
})
