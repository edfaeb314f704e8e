import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { lawsOfMapping } from '@changeover/mapping/testing'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systems } from './index.ts'

test('there are systems, and each has a name and a sentence of its own', () => {
  expect(systems.length).toBeGreaterThan(0)
  for (const names of [systems.map(({ migration }) => migration.name), systems.map(({ about }) => about)])
    expect(new Set(names).size).toBe(systems.length)
})

describe.each(systems.map(({ migration }) => [migration.name, migration.mappings] as const))(
  'the mappings of %s keep the laws',
  (_name, mappings) => {
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

    for (const mapping of mappings)
      for (const law of lawsOfMapping(mapping))
        test(law.name, () => law.run((text, params) => client.query(text, params)))
  },
)
