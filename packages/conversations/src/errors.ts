import { defineErrors } from '@changeover/errors'

/** What keeps a saved state from being loaded. */
export const errors = defineErrors('CONVERSATIONS', {
  STATE_UNREADABLE: {
    message: (v: { conversation: string; why: string }) =>
      `The state of the conversation ${v.conversation} cannot be read: ${v.why}.`,
    fix: () => 'Look at the newest chunk of the conversation, and mend or delete it.',
  },
})
