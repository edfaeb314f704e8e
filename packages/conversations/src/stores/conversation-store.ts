import type { AgentState, JsonObject } from './agent-state.ts'

/** What callers are told of a save, whichever side it went to. */
export interface SaveResult {
  readonly success: boolean
}

/** A state as it was saved, with whose it is: what is copied from store to store. */
export interface SavedState {
  readonly state: JsonObject
  readonly userId: string | null
}

/** One way to keep states: the two calls that agents know, and what a synchronizer needs besides. */
export interface ConversationStore {
  saveState(conversationId: string, state: AgentState, userId?: string): Promise<SaveResult>
  /** Items of the context below the threshold are left out. Undefined where nothing was saved. */
  loadState(conversationId: string, contextQualityThreshold?: number): Promise<AgentState | undefined>

  load(conversationId: string): Promise<SavedState | undefined>
  save(conversationId: string, saved: SavedState): Promise<unknown>
  remove(conversationId: string): Promise<unknown>
  keys(after: string | undefined, limit: number): Promise<readonly string[]>
}

export const defaultThreshold = 0.7
