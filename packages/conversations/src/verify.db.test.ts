import { type Database, fromPool, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { createSync } from '@changeover/sync'
import { createVerifier, ledgerDdl } from '@changeover/verifier'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { conversations, migrate, plantMalformed, seedConversations, stateToConversation } from './index.ts'

const options = { heldValues: 'overwrite' } as const
const sync = createSync(conversations.mappings)
let database: Database
let drop: () => Promise<void>

beforeAll(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  database = fromPool(created.pool())
  await migrate(created.url)
  await seedConversations(database)
  await runDdl(database, [...ledgerDdl])
  await database.transaction((tx) => sync.batch(tx, stateToConversation, 'forward', {}, options))
})
afterAll(() => drop())

const verifier = () => createVerifier({ database, sync, migration: conversations.name })
const verify = () => verifier().verify(conversations.mappings, options)
const named = async () =>
  (await verify()).findings.map((found) => [
    found.class,
    found.key?.[0],
    found.field,
    found.targetValue,
    found.legacyValue,
  ])

test('agrees on everything that came over, and has read it all', async () => {
  expect(await verify()).toMatchObject({ verdict: 'consistent', findings: [] })
})

test('names the child row and its column', async () => {
  await database.query(
    `UPDATE conversation_message SET role = 'nobody', tool_success = NULL WHERE conversation_id = 'conversation 5' AND position = 3`,
  )
  await database.query(
    `DELETE FROM conversation_message WHERE conversation_id = 'conversation 5' AND position = 10`,
  )
  await database.query(`INSERT INTO memory_context_item (conversation_id, position) VALUES ('odd-0', 0)`)
  const found = await named()
  expect(found.slice(0, 2)).toEqual([
    ['mismatched', 'conversation 5', 'messages[3].role', '"nobody"', '"tool"'],
    ['mismatched', 'conversation 5', 'messages[3].toolSuccess', null, 'true'],
  ])
  expect(found[2]?.slice(0, 4)).toEqual(['mismatched', 'conversation 5', 'messages[10]', null])
  expect(found[2]?.[4]).toMatch(/^\{"role": /)
  expect(found[3]).toEqual(['mismatched', 'odd-0', 'contextItems[0]', '{"additional_data": {}}', null])
})

test('and mends them', async () => {
  const found = await verify()
  await verifier().fix(conversations.mappings, found, options)
  expect(await verify()).toMatchObject({ verdict: 'consistent' })
})

test('finds a state that a target row lost, one without a source, and contents that cannot be read', async () => {
  await database.query(`DELETE FROM conversation_state WHERE conversation_id = 'conversation 6'`)
  await database.query(`INSERT INTO conversation_state (conversation_id) VALUES ('nobody')`)
  await plantMalformed(database)
  const { findings } = await verify()
  expect(findings.map((found) => [found.class, found.key?.[0], found.why])).toEqual(
    expect.arrayContaining([
      ['missing', 'conversation 6', null],
      ['orphaned', 'nobody', 'its identity is nobody'],
      [
        'missing',
        'not JSON',
        'the rule refuse(problem) cannot map this row: it has a content that is not JSON',
      ],
    ]),
  )
  expect(findings).toHaveLength(7)
})
