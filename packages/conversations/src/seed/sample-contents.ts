/** A saved state as legacy code has written it. */
export interface SavedContent {
  readonly conversation: string
  readonly userId: string | null
  readonly content: string
  readonly savedAt: string
}

/** Contents by hand, as text: what no code here would write stands in them as it is. */
const odd: readonly string[] = [
  '{}',
  '{"user_input": "", "focus": [], "step_count": 0, "memory_context": [], "conversation_history": []}',
  '{"user_input": null, "focus": null, "step_count": null, "last_tool_result": null, "memory_context": null, "conversation_history": null}',
  '{"user_input": 7, "focus": "billing", "step_count": "three", "last_tool_result": false, "memory_context": {}, "conversation_history": "none"}',
  '{"step_count": 2.0, "last_tool_result": {"rows": [1, 1.10, 12345678901234567890.5, null, {"deep": [[]]}]}}',
  '{"step_count": 99999999999, "agent_version": "2", "plan": {"steps": [{"do": "search"}, {"do": "answer"}]}}',
  '{"conversation_history": [null, "hello", 5, [], {}, [{}], {"role": null}]}',
  '{"conversation_history": [{"role": "tool", "tool_name": "search", "tool_success": "yes", "latency_ms": 0.10, "args": {"q": "O\'Brien \\\\ \\"x\\""}}]}',
  '{"conversation_history": [{"timestamp": "2024-02-29T16:00:00.123456+00:00"}, {"timestamp": "2024-02-29T16:00:00Z"}, {"timestamp": "2024-02-29 16:00"}, {"timestamp": 1709222400}]}',
  '{"memory_context": [{"relevance_score": 0.70}, {"relevance_score": 0.69}, {"relevance_score": 1}, {"relevance_score": "high"}, {"relevance_score": 1e400}, {}]}',
  '{"memory_context": [{"source": "profile", "content": "likes tea", "relevance_score": 0.91, "type": "preference", "preference_type": "drink", "embedding": [0.1, -0.20]}]}',
  '{"user_input": "日本語 👩‍👩‍👧 ẞ\\u0001\\n\\ttab", "focus": ["küche", "", "📦"], "Ключ": {"": null}}',
  '[]',
  '[{"role": "user"}]',
  '"only a text"',
  '42.10',
  'null',
]

const roles = ['system', 'user', 'assistant', 'tool']
const types = ['text', 'tool_call', 'tool_result', 'summary']
const sources = ['conversation', 'profile', 'document', 'tool', 'web']
const contextTypes = ['fact', 'preference', 'summary', 'focus']

/** A state such as an agent saves, with that many messages. The same for the same number. */
export function sampleState(number: number, messages: number): object {
  const at = (index: number) =>
    new Date(Date.UTC(2026, 0, 1 + (number % 28), 8, index)).toISOString().replace('Z', '+00:00')
  return {
    user_input: `Question ${number}: what is the state of order ${1000 + number}?`,
    memory_context: Array.from({ length: number % 7 }, (_none, index) => ({
      source: sources[(number + index) % sources.length],
      content: `Remembered ${index} of ${number}`,
      relevance_score: ((number * 7 + index * 13) % 100) / 100,
      type: contextTypes[index % contextTypes.length],
      ...(index % 2 === 0
        ? { original_role: roles[index % roles.length], timestamp: at(index) }
        : { focus_area: 'orders' }),
      ...(index % 3 === 0 ? { preference_type: 'tone', weight: index } : {}),
    })),
    conversation_history: Array.from({ length: messages }, (_none, index) => ({
      role: roles[index % roles.length],
      content: `Message ${index} of ${number}, with enough words that it looks like what people write to each other.`,
      type: types[index % types.length],
      ...(index % 4 === 3
        ? { tool_name: 'lookup', tool_success: index % 8 === 3, tool_args: { order: 1000 + number } }
        : {}),
      timestamp: at(index),
    })),
    focus: number % 3 === 0 ? [] : ['orders', `topic ${number % 5}`],
    step_count: number,
    last_tool_result: number % 4 === 0 ? null : { status: 'ok', total: number * 1.5 },
  }
}

const first = Date.UTC(2026, 0, 1)

/** 60 conversations: the odd ones in one version, the others in one to three, of which the newest counts. */
export function sampleContents(): readonly SavedContent[] {
  const savedAt = (day: number, version: number) =>
    new Date(first + day * 86_400_000 + version * 60_000).toISOString()
  const oddOnes = odd.map((content, index) => ({
    conversation: `odd-${index}`,
    userId: index % 3 === 0 ? null : `user-${index % 4}`,
    content,
    savedAt: savedAt(index, 0),
  }))
  const usual = Array.from({ length: 60 - odd.length }, (_none, number) =>
    Array.from({ length: 1 + (number % 3) }, (_other, version) => ({
      conversation: number === 0 ? '' : `conversation ${number}`,
      userId: number % 5 === 0 ? null : `user-${number % 4}`,
      content: JSON.stringify(sampleState(number, version * 3 + (number % 6))),
      savedAt: savedAt(number, version),
    })),
  )
  return [...oddOnes, ...usual.flat()]
}

/** Contents that are no JSON, or none that jsonb can hold exactly, each with the problem that the view names. */
export const malformedContents: Readonly<Record<string, string>> = {
  'not JSON': '{"user_input": "cut off',
  'zero character': '{"user_input": "a\\u0000b"}',
  'half a character': '{"user_input": "\\ud83d"}',
  'number out of range': '{"step_count": 1e200000}',
  'repeated key': '{"step_count": 1, "conversation_history": [{"role": "user", "role": "tool"}]}',
}
