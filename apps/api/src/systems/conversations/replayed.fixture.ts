import { conversationSystem } from '@changeover/conversations'
import type { Replayed, Script } from '../../legacy/replay.fixture.ts'

const state = (id: string, query = '') => `/api/conversations/${encodeURIComponent(id)}/state${query}`

const full = {
  user_input: 'Where is my order?',
  conversation_history: [
    { role: 'user', content: 'Hello', timestamp: '2024-02-29T16:00:00.123456+00:00' },
    { role: 'tool', tool_name: 'search', tool_success: 'yes', latency_ms: 0.1 },
    'no object',
  ],
  memory_context: [
    { relevance_score: 0.69 },
    { relevance_score: 0.7, embedding: [0.1, -0.2] },
    { no: 'score' },
  ],
  focus: ['küche', '', '📦'],
  step_count: 3,
  last_tool_result: { rows: [1, null, { deep: [[]] }] },
  plan: { next: [null, 1.5] },
}

const saving: Script = {
  name: 'saving',
  steps: [
    { name: 'nothing was saved', method: 'GET', url: state('replayed') },
    { name: 'saved', method: 'PUT', url: state('replayed'), body: { state: full, userId: 'user-1' } },
    { name: 'loaded', method: 'GET', url: state('replayed') },
    { name: 'loaded whole', method: 'GET', url: state('replayed', '?contextQualityThreshold=0') },
    { name: 'loaded with little', method: 'GET', url: state('replayed', '?contextQualityThreshold=1') },
    {
      name: 'saved anew',
      method: 'PUT',
      url: state('replayed'),
      body: { state: { ...full, memory_context: [], focus: 'one' } },
    },
    { name: 'loaded anew', method: 'GET', url: state('replayed') },
    { name: 'saved empty', method: 'PUT', url: state('replayed'), body: { state: {} } },
    { name: 'loaded empty', method: 'GET', url: state('replayed') },
    { name: 'no state', method: 'PUT', url: state('replayed'), body: { userId: 'user-1' } },
    { name: 'no object', method: 'PUT', url: state('replayed'), body: { state: [] } },
    { name: 'no threshold', method: 'GET', url: state('replayed', '?contextQualityThreshold=high') },
    { name: 'forgotten', method: 'DELETE', url: state('replayed') },
    { name: 'loaded after that', method: 'GET', url: state('replayed') },
    { name: 'forgotten again', method: 'DELETE', url: state('replayed') },
  ],
}

const seeded = [
  ...['0', '5', '13'].map((number) => `conversation ${number}`),
  ...Array.from({ length: 17 }, (_none, number) => `odd-${number}`),
]

/** What agents do. */
export const replayedConversations: Replayed = {
  system: conversationSystem,
  isCovered: ({ path }) => path.startsWith('/api/conversations'),
  scripts: [
    saving,
    {
      name: 'states from before',
      steps: seeded.flatMap((id) => [
        { name: id, method: 'GET', url: state(id) },
        { name: `${id} whole`, method: 'GET', url: state(id, '?contextQualityThreshold=-1') },
      ]),
    },
  ],
}
