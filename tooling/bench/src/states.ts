import {
  type AgentState,
  conversationSystem,
  createLegacyStore,
  createTargetStore,
} from '@changeover/conversations'
import { type Measure } from './measure.ts'
import { sampleDatabase } from './sample-database.ts'
import { takeTurns } from './turns.ts'

const rounds = 200
const bound = 1.2

/** Loading the state of a conversation from its rows beside the same from one JSON text, turn by turn. */
export async function states(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  say(`${rows} conversations in legacy`)
  const database = await sampleDatabase(conversationSystem, serverUrl, rows)
  try {
    const [legacy, target] = [createLegacyStore(database), createTargetStore(database)]
    const measures: Measure[] = []
    for (const messages of [10, 50]) {
      say(`200 conversations of ${messages} messages on both sides`)
      const ids = Array.from({ length: rounds }, (_none, index) => `of ${messages}, ${index}`)
      for (const [index, id] of ids.entries())
        for (const store of [legacy, target]) await store.saveState(id, stateOf(index, messages))
      await database.query('VACUUM ANALYZE')
      measures.push(
        await takeTurns(
          {
            name: `load of a state with ${messages} messages`,
            bound,
            ours: (round) => target.loadState(ids[round] ?? ''),
            other: (round) => legacy.loadState(ids[round] ?? ''),
          },
          rounds,
        ),
      )
    }
    return measures
  } finally {
    await database.close()
  }
}

/** What an agent in Python may have after that many messages: a tenth as many things remembered, and some keys without a column. */
function stateOf(number: number, messages: number): AgentState {
  const at = (index: number) => `2026-01-05T08:${String(index % 60).padStart(2, '0')}:00.123456+00:00`
  return {
    user_input: `Where is order ${number}?`,
    memory_context: Array.from({ length: messages / 10 }, (_none, index) => ({
      source: 'profile',
      content: `Remembered ${index}`,
      relevance_score: 0.8,
      type: 'fact',
      timestamp: at(index),
    })),
    conversation_history: Array.from({ length: messages }, (_none, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: `Message ${index} of ${number}, with enough words that it looks like what people write to each other.`,
      type: 'text',
      ...(index % 4 === 3 ? { tool_name: 'lookup', tool_success: true, tool_args: { order: number } } : {}),
      timestamp: at(index),
    })),
    focus: ['orders'],
    step_count: number,
    last_tool_result: { status: 'ok', total: 12.5 },
  }
}
