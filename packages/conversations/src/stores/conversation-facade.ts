import { createSwitchover, type FlagSource, type Ledger, read, write } from '@changeover/switchover'
import type { AgentState } from './agent-state.ts'
import type { ConversationStore } from './conversation-store.ts'

/** `saveState` and `loadState` as agents have always called them, over two stores that need not share a database. */
export function createConversationFacade({
  legacy,
  target,
  flags,
  ledger,
}: {
  readonly legacy: ConversationStore
  readonly target: ConversationStore
  readonly flags: FlagSource
  readonly ledger: Ledger
}) {
  return createSwitchover({
    name: 'conversations',
    flags,
    ledger,
    stores: { legacy, target, toTarget: (saved) => saved, toLegacy: (saved) => saved },
    operations: {
      saveState: write({
        key: (conversationId: string, _state: AgentState, _userId?: string) => conversationId,
        legacy: legacy.saveState,
        target: target.saveState,
      }),
      loadState: read({
        key: (conversationId: string, _contextQualityThreshold?: number) => conversationId,
        legacy: legacy.loadState,
        target: target.loadState,
      }),
    },
  })
}
