import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapValues } from '../kinds/map-values.ts'
import { baseTypes } from '../column-type.ts'
import { sameKey } from '../identity.ts'
import { defineMapping } from '../mapping.ts'
import { rule } from '../rule.ts'
import { table } from '../table.ts'
import { type Law, lawsOf, lawsOfMapping } from './index.ts'
import { mutants, stampKind, there } from './mutants.fixture.ts'

describe('the law suite', () => {
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

  /** Names of the laws that do not hold, without the example before the colon. */
  async function broken(laws: readonly Law[]): Promise<readonly string[]> {
    const names: string[] = []
    for (const law of laws) {
      try {
        await law.run((text, params) => client.query(text, params))
      } catch (error) {
        expect(error).toMatchObject({ code: 'MAPPING.LAW_BROKEN' })
        names.push(law.name.replace(/^.*: /, ''))
      }
    }
    return names
  }

  for (const [name, { kind, breaks }] of Object.entries(mutants()))
    it(`catches ${name}`, async () => {
      const laws = lawsOf(kind, { rows: 40 }).filter((law) => law.name.endsWith(breaks))
      expect(await broken(laws)).toContain(breaks)
    })

  it('finds nothing in a sound kind', async () => {
    expect(await broken(lawsOf(stampKind))).toEqual([])
  })

  it('holds for a whole mapping', async () => {
    expect(await broken(lawsOfMapping(mapping()))).toEqual([])
  })

  for (const place of ['a column', 'JSON'] as const)
    it(`holds for every type in ${place}`, async () => {
      expect(await broken(lawsOfMapping(everyType(place), seeded))).toEqual([])
    })

  it('names the rule, a row and the seed', async () => {
    const [law] = lawsOf(mutants()['swapped values'].kind, { seed: 7 }).filter(({ name }) =>
      name.endsWith(there),
    )
    await expect(law?.run((text, params) => client.query(text, params))).rejects.toThrow(
      /"map-values, one to one: .*" does not hold for map-values\(status\) \(seed 7\).*"status":"(open|closed)"/s,
    )
  })

  it('leaves nothing behind', async () => {
    const { rows } = await client.query(
      'SELECT relname FROM pg_class WHERE pg_table_is_visible(oid) AND relkind = $1 AND relname !~ $2',
      ['r', '^pg_'],
    )
    expect(rows).toEqual([])
  })
})

function mapping() {
  const legacy = table(
    'task',
    { id: 'bigint not null', status: 'varchar(20) not null', title: 'text' },
    { key: ['id'], schema: 'old_shop' },
  )
  const target = table(
    'task',
    { id: 'bigint not null', status: 'text not null', title: 'varchar(200)' },
    { key: ['id'], schema: 'new_shop' },
  )
  const rules = [
    mapValues('status', { open: 'todo', closed: 'done' }),
    rule('copy', { field: 'title', slot: 'title' }),
  ] as const
  return defineMapping({ name: 'Task', legacy, target, identity: sameKey('id'), rules } as never)
}

const seed = process.env['CHANGEOVER_SEED']
const seeded = seed === undefined ? {} : { seed: Number(seed) }

function everyType(place: 'a column' | 'JSON') {
  const types = [...baseTypes, 'numeric(6,2)', 'varchar(10)', 'char(5)']
  const columns = Object.fromEntries(types.map((type, index) => [`c${index}`, type]))
  const spec = { id: 'uuid not null', ...columns, data: 'jsonb not null default' }
  const rules = Object.keys(columns).map((field) =>
    rule('copy', { field, slot: place === 'JSON' ? `data.${field}` : field }),
  )
  const { data: _none, ...legacy } = spec
  return defineMapping({
    name: `Every type in ${place}`,
    legacy: table('every_type', legacy, { key: ['id'] }),
    target: table('every_type_target', spec, { key: ['id'] }),
    identity: sameKey('id'),
    rules,
  } as never)
}
