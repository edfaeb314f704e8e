import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lawsOf } from '../testing/index.ts'
import { kinds } from './index.ts'

const seed = process.env['CHANGEOVER_SEED']
const options = seed === undefined ? {} : { seed: Number(seed) }

describe('the rule kinds of the language', () => {
  let database: TestDatabase
  let client: pg.PoolClient
  beforeAll(async () => {
    database = await createTestDatabase()
    client = await database.pool().connect()
  })
  afterAll(async () => {
    client.release()
    await database.drop()
  })

  it('are some', () => expect(kinds.length).toBeGreaterThan(0))

  for (const law of kinds.flatMap((kind) => lawsOf(kind, options)))
    it(law.name, () => law.run((text, params) => client.query(text, params)))
})
