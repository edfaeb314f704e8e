import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { migrate } from '../migrate.ts'
import { ormOptions } from '../orm-options.ts'
import { migrations } from './index.ts'

describe('migrations', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>
  let orm: MikroORM

  beforeAll(async () => {
    database = await createTestDatabase()
    orm = new MikroORM({ ...ormOptions, clientUrl: database.url })
  })

  afterAll(async () => {
    await orm.close(true)
    await database.drop()
  })

  const objects = async () => {
    const rows = await orm.em.getConnection().execute<{ name: string }[]>(`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace
        and relname not like 'mikro_orm_migrations%'
      union all select proname from pg_proc where pronamespace = 'public'::regnamespace
      order by 1`)
    return rows.map((row) => row.name)
  }

  test('run on an empty database, once each', async () => {
    const names = migrations.map((migration) => migration.name)
    expect(names.length).toBeGreaterThan(0)
    expect(await migrate(database.url)).toEqual(names)
    expect(await migrate(database.url)).toEqual([])
  })

  test('create exactly what the entities declare', async () => {
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('')
  })

  test.each([
    'drop index work_item_parent_id_index',
    'alter table staff_task drop constraint staff_task_progress_check',
    'alter table event alter column title type varchar(254)',
    "alter table work_item alter column task_data set default '[]'",
    'alter table event drop constraint event_organizer_id_foreign',
  ])('are told apart from a schema that drifted: %s', async (drift) => {
    const connection = orm.em.getConnection()
    await connection.execute('begin')
    await connection.execute(drift)
    await connection.execute('commit')
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).not.toBe('')
    await orm.schema.update()
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('')
  })

  test('index every foreign key', async () => {
    const missing = await orm.em.getConnection().execute(`
      select conname from pg_constraint c
      where contype = 'f' and not exists (
        select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])`)
    expect(missing).toEqual([])
  })

  test('name every constraint', async () => {
    const unnamed = await orm.em.getConnection().execute(`
      select conname from pg_constraint where conrelid::regclass::text in ('staff_task', 'event', 'work_item')
        and contype = 'c' and conname !~ '_check$'`)
    expect(unnamed).toEqual([])
  })

  test('can all be taken back', async () => {
    const created = await objects()
    expect(created.length).toBeGreaterThan(50)
    await orm.migrator.down({ to: 0 })
    expect(await objects()).toEqual([])
    await orm.migrator.up()
    expect(await objects()).toEqual(created)
  })
})
