import { MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Home, openHome } from '../conversation-home.fixture.ts'
import { ormOptions } from '../orm-options.ts'

let home: Home
let orm: MikroORM
beforeAll(async () => {
  home = await openHome('legacy-leads')
  orm = new MikroORM({ ...ormOptions, clientUrl: home.url })
})
afterAll(async () => {
  await orm.close(true)
  await home.close()
})

test('the schema comparison leaves tables, views, triggers and functions, those of dual write too', async () => {
  expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('')
})

test('without its settings it would drop some (mutation)', async () => {
  const { schemaGenerator: _settings, ...options } = ormOptions
  const bare = new MikroORM({ ...options, clientUrl: home.url })
  try {
    expect(await bare.schema.getUpdateSchemaSQL({ wrap: false })).toMatch(
      /drop (trigger|function|view|schema)/i,
    )
  } finally {
    await bare.close(true)
  }
})
