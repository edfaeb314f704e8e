import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { ormOptions } from '../orm-options.ts'
import { migrations } from './index.ts'

let database: TestDatabase
let orm: MikroORM

beforeAll(async () => {
  database = await createTestDatabase()
  orm = new MikroORM({ ...ormOptions, clientUrl: database.url })
})
afterAll(async () => {
  await orm.close(true)
  await database.drop()
})

test('run on an empty database, once each', async () => {
  const names = migrations.map((migration) => migration.name)
  expect(names.length).toBeGreaterThan(0)
  expect(await migrate(database.url)).toEqual(names)
  expect(await migrate(database.url)).toEqual([])
})

test('create exactly what the entities declare', async () => {
  expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('')
})

test('are undone without a trace', async () => {
  await orm.migrator.down({ to: 0 })
  const rows = await orm.em.getConnection().execute<{ name: string }[]>(`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relname not like 'mikro_orm_migrations%'
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace`)
  expect(rows).toEqual([])
})
