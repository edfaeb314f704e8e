import type { Json } from '@changeover/mapping'
import { errors } from '../errors.ts'

export type JsonObject = { readonly [key: string]: Json }

/** Everything an agent knows of a conversation. Keys that nobody has named here are kept as they are. */
export interface AgentState {
  readonly user_input: Json
  readonly memory_context: Json
  readonly conversation_history: Json
  readonly focus: Json
  readonly step_count: Json
  readonly last_tool_result: Json
  readonly [key: string]: Json
}

const empty: AgentState = {
  user_input: '',
  memory_context: [],
  conversation_history: [],
  focus: [],
  step_count: 0,
  last_tool_result: null,
}

/** A saved state as callers get it: keys that it does not have are empty. */
export function agentState(saved: JsonObject): AgentState {
  return { ...empty, ...saved }
}

/** What was saved, if it is a state. Errors: CONVERSATIONS.STATE_UNREADABLE. */
export function savedObject(conversation: string, saved: unknown): JsonObject {
  if (typeof saved === 'object' && saved !== null && !Array.isArray(saved) && !JSON.isRawJSON(saved))
    return saved as JsonObject // parsed JSON
  throw errors.STATE_UNREADABLE({ conversation, why: 'it is no JSON object' })
}

/** Items of the context that matter at least so much; one without a score matters not at all. */
export function relevantOnly(state: AgentState, threshold: number): AgentState {
  const { memory_context: context } = state
  if (!Array.isArray(context)) return state
  const isRelevant = (item: Json) => {
    const score =
      typeof item === 'object' && item !== null ? (item as JsonObject)['relevance_score'] : undefined
    return typeof score === 'number' && score >= threshold
  }
  return { ...state, memory_context: context.filter(isRelevant) }
}
