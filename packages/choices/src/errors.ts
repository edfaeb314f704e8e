import { defineErrors } from '@changeover/errors'

/** What keeps a choice from being changed. */
export const errors = defineErrors('CHOICES', {
  CHOICE_IN_USE: {
    message: (v: { table: string }) =>
      `Leads use this choice of ${v.table}, so it can neither be deleted nor renamed.`,
    fix: 'Change its label, or switch it off: isActive false.',
  },
})
