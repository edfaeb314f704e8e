import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { createMemoryLedger, rolloutPhases, staticFlags } from '@changeover/switchover'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Home, openHome } from '../conversation-home.fixture.ts'
import {
  type AgentState,
  type ConversationStore,
  createConversationFacade,
  createLegacyStore,
  createTargetStore,
  migrate,
} from '../index.ts'
import { sampleState } from '../seed/sample-contents.ts'

type Calls = Pick<ConversationStore, 'saveState' | 'loadState'>

const state = (number: number, more: object = {}) =>
  ({ ...sampleState(number, 4), ...more }) as unknown as AgentState // JSON
const scored = [0.69, 0.7, 0.71, 1, '0.9', null].map((score, index) => ({
  source: `s${index}`,
  relevance_score: score,
}))

/** What agents do, and everything that they are answered. */
async function script({ saveState, loadState }: Calls): Promise<readonly unknown[]> {
  return [
    await loadState('script none'),
    await saveState('script 1', state(13), 'user-1'),
    await loadState('script 1'),
    await saveState(
      'script 1',
      state(20, { memory_context: [...scored, { no: 'score' }, 'text'], plan: { next: [null, 1.5] } }),
    ),
    await loadState('script 1'),
    await loadState('script 1', 0),
    await loadState('script 1', 1),
    await saveState(
      'script 2',
      state(3, {
        conversation_history: [],
        memory_context: [],
        last_tool_result: { deep: [[]] },
        step_count: 1.5,
        focus: 'one',
      }),
    ),
    await loadState('script 2'),
    await saveState('script 3', {} as AgentState),
    await loadState('script 3'),
    await saveState(
      'script 4',
      state(0, { user_input: null, conversation_history: null, memory_context: null, '': 'ü👩‍👩‍👧' }),
    ),
    await loadState('script 4'),
  ]
}

let expected: readonly unknown[]

describe('the same script is answered the same', () => {
  let home: Home
  beforeAll(async () => {
    home = await openHome('legacy-only')
    expected = await script(createLegacyStore(home.database))
  })
  afterAll(() => home.close())
  beforeEach(async () => {
    await home.lead('legacy-leads')
    await home.database.query(
      `DELETE FROM memory_chunk WHERE id IN (SELECT chunk_id FROM memory_metadata WHERE value LIKE 'script%')`,
    )
  })

  test('with some items below the threshold, and defaults for what is not there', () => {
    expect(expected[4]).toMatchObject({
      memory_context: [scored[1], scored[2], scored[3]],
      plan: { next: [null, 1.5] },
    })
    expect(expected[6]).toMatchObject({ memory_context: [scored[3]] })
    expect(expected[10]).toEqual({
      user_input: '',
      memory_context: [],
      conversation_history: [],
      focus: [],
      step_count: 0,
      last_tool_result: null,
    })
  })

  test('while legacy leads, and the new rows give the same', async () => {
    expect(await script(createLegacyStore(home.database))).toEqual(expected)
    expect(await loads(createTargetStore(home.database))).toEqual(
      await loads(createLegacyStore(home.database)),
    )
  })

  test('while the target leads, and the saved texts give the same', async () => {
    await home.lead('target-leads')
    expect(await script(createTargetStore(home.database))).toEqual(expected)
    expect(await loads(createLegacyStore(home.database))).toEqual(
      await loads(createTargetStore(home.database)),
    )
    expect(await home.apart()).toEqual([])
  })

  test('by the target alone', async () => {
    await home.lead('target-only')
    await home.database.query(`DELETE FROM conversation_state WHERE conversation_id LIKE 'script%'`)
    expect(await script(createTargetStore(home.database))).toEqual(expected)
  })
})

const loads = async ({ loadState }: Calls) =>
  Promise.all(
    ['script 1', 'script 2', 'script 3', 'script 4', 'conversation 5', 'odd-5', 'odd-9'].flatMap((id) => [
      loadState(id),
      loadState(id, 0),
    ]),
  )

describe('over two databases', () => {
  let databases: readonly TestDatabase[]
  let pools: readonly PoolDatabase[]
  beforeEach(async () => {
    databases = [await createTestDatabase(), await createTestDatabase()]
    for (const { url } of databases) await migrate(url)
    pools = databases.map(({ url }) => createPoolDatabase({ url, maxConnections: 2 }))
  })
  afterEach(async () => {
    for (const pool of pools) await pool.close()
    for (const database of databases) await database.drop()
  })

  // A facade that begins moves one mode at a time; who leads is what callers could notice.
  const authorities = ['legacy', 'legacy', 'target', 'target']
  test.each(Object.entries(rolloutPhases))(
    'phase %s of the rollout answers the same',
    async (phase, flags) => {
      const [legacy, target] = [
        createLegacyStore(pools[0] as PoolDatabase),
        createTargetStore(pools[1] as PoolDatabase),
      ]
      const facade = await createConversationFacade({
        legacy,
        target,
        flags: staticFlags(flags),
        ledger: createMemoryLedger(),
      })
      await facade.synchronizeAll()
      await facade.call.loadState('nothing')
      expect((await facade.state()).authority).toBe(authorities[Number(phase)])
      expect(await script(facade.call)).toEqual(expected)
    },
  )
})
