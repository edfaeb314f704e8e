import { conversations, ormOptions } from '@changeover/conversations'
import type { ServedSystem } from '../served-system.ts'
import { conversationRoutes } from './conversation-routes.ts'

/** The states of conversations: texts before, rows of three tables afterwards, and nobody who calls notices. */
export const servedConversations: ServedSystem = {
  migration: conversations,
  ormOptions,
  // It is stored so, and stays so until somebody mends it.
  statuses: { 'CONVERSATIONS.STATE_UNREADABLE': 409 },
  serve(app, { ways }) {
    conversationRoutes(app, ways.chosen)
  },
}
