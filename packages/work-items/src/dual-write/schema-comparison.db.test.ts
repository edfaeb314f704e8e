import { dualWriteDrift, installDualWrite, selfTest } from '@changeover/dual-write'
import { identityIndexSql } from '@changeover/sync'
import { installProxies, parityIndexes } from '@changeover/proxies'
import { knownIndexes } from '@changeover/proxies/mikro-orm'
import { MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ormOptions } from '../orm-options.ts'
import { workItems } from '../work-items.ts'
import { type Home, openHome } from './work-item-home.fixture.ts'

const dualWrite = { migration: workItems.name, mappings: workItems.mappings }
let home: Home

beforeAll(async () => {
  home = await openHome('legacy-leads')
  await installDualWrite(home.database, dualWrite)
})
afterAll(() => home.close())

describe("MikroORM's comparison of the schema", () => {
  test('wants to drop no trigger, function or table of the changeover, and what it does leaves it whole', async () => {
    const statements = await home.orm.schema.getUpdateSchemaSQL()
    const drops = statements.split('\n').filter((line) => /changeover/i.test(line))
    // Of these indexes it knows only when it is told of them, as below; `changeover install` makes them again.
    expect(drops.filter((line) => !/^drop index "changeover_work_item_\w+";$/.test(line))).toEqual([])
    await home.orm.schema.update()
    expect(await dualWriteDrift(home.database, dualWrite)).toEqual([])
  })

  test('drops no index of the changeover once the entities know of them', async () => {
    for (const mapping of workItems.mappings) await home.database.query(identityIndexSql(mapping)?.text ?? '')
    const { set } = await installProxies(home.database, { mappings: workItems.mappings })
    const made = await parityIndexes(home.database, set)
    expect(made.length).toBeGreaterThan(10)
    expect(await indexDrops(undefined)).toHaveLength(made.length + workItems.mappings.length) // what the next line prevents
    expect(await indexDrops(knownIndexes(workItems.mappings, made))).toEqual([])
  })

  test('leaves the probe rows of all three mappings arriving both ways', async () => {
    const found = await selfTest(home.database, dualWrite)
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([])
  })
})

/** The indexes that the comparison wants to drop, or to make anew. */
async function indexDrops(
  onMetadata: ReturnType<typeof knownIndexes> | undefined,
): Promise<readonly string[]> {
  const orm = new MikroORM({
    ...ormOptions,
    clientUrl: home.url,
    ...(onMetadata && { discovery: { onMetadata } }),
  })
  try {
    const statements = await orm.schema.getUpdateSchemaSQL()
    return statements.split('\n').filter((line) => /^(drop|create( unique)?) index/i.test(line))
  } finally {
    await orm.close(true)
  }
}
