import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { lawsOfMapping } from '@changeover/mapping/testing'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { stateToConversation } from './index.ts'

describe('the mapping of conversations', () => {
  let database: TestDatabase
  let client: PoolClient
  beforeAll(async () => {
    database = await createTestDatabase()
    client = await database.pool().connect()
  })
  afterAll(async () => {
    client.release()
    await database.drop()
  })

  for (const law of lawsOfMapping(stateToConversation, { rows: 20 }))
    test(law.name, () => law.run((text, params) => client.query(text, params)))
})
