import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { lawsOfMapping } from '@changeover/mapping/testing'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { samples } from './index.ts'

test('there are systems, and each has a name and a sentence of its own', () => {
  expect(samples.length).toBeGreaterThan(0)
  for (const names of [samples.map(({ migration }) => migration.name), samples.map(({ about }) => about)])
    expect(new Set(names).size).toBe(samples.length)
})

describe.each(samples.map(({ migration }) => [migration.name, migration.mappings] as const))(
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
