import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { lawsOfMapping } from '@changeover/mapping/testing'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workItems } from '../index.ts'

describe('the mappings of the work-item system', () => {
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

  test('are three', () => expect(workItems.mappings).toHaveLength(3))

  for (const mapping of workItems.mappings)
    for (const law of lawsOfMapping(mapping))
      test(law.name, () => law.run((text, params) => client.query(text, params)))
})
