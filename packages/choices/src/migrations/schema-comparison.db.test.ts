import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { ormOptions } from '../orm-options.ts'

let orm: MikroORM
let drop: () => Promise<void>
beforeAll(async () => {
  const created = await createTestDatabase()
  await migrate(created.url)
  orm = new MikroORM({ ...ormOptions, clientUrl: created.url })
  drop = async () => {
    await orm.close(true)
    await created.drop()
  }
})
afterAll(() => drop())

test('the schema comparison drops no trigger, function, key or index of the migrations', async () => {
  expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('')
})
