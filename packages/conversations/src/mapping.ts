import { children, copy, defineMapping, drop, refuse, sameKey, splitJson } from '@changeover/mapping'
import { conversationMemory, problems } from './legacy/conversation-memory.ts'
import { contextItems, conversation, messages } from './target/conversation.ts'

/** The newest state of each conversation becomes a row with its messages and context items. */
export const stateToConversation = defineMapping({
  name: 'ConversationState',
  legacy: conversationMemory,
  target: conversation,
  identity: sameKey('conversationId'),
  rules: [
    Object.entries(problems).map(([problem, because]) => refuse('problem', problem, because)),
    drop('problem', 'says why the content cannot be read; a row that has one is refused'),
    copy('userId'),
    copy('savedAt').as('updatedAt'),
    splitJson('state', {
      columns: {
        user_input: 'userInput',
        focus: 'focusAreas',
        step_count: 'stepCount',
        last_tool_result: 'lastToolResult',
      },
      lists: {
        conversation_history: children('messages', {
          table: messages,
          columns: {
            role: 'role',
            content: 'content',
            type: 'messageType',
            tool_name: 'toolName',
            tool_success: 'toolSuccess',
            timestamp: 'timestamp',
          },
          rest: 'additionalData',
        }),
        memory_context: children('contextItems', {
          table: contextItems,
          columns: {
            source: 'source',
            content: 'content',
            relevance_score: 'relevanceScore',
            type: 'contextType',
            original_role: 'originalRole',
            focus_area: 'focusArea',
            preference_type: 'preferenceType',
            timestamp: 'timestamp',
          },
          rest: 'additionalData',
        }),
      },
      rest: 'additionalData',
    }),
  ],
})
