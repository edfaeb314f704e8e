import { dualWriteDrift, installDualWrite, selfTest } from '@changeover/dual-write'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
    // MikroORM has no way to leave an index alone; `changeover install` makes these again.
    expect(drops.filter((line) => !/^drop index "changeover_work_item_\w+";$/.test(line))).toEqual([])
    await home.orm.schema.update()
    expect(await dualWriteDrift(home.database, dualWrite)).toEqual([])
  })

  test('leaves the probe rows of all three mappings arriving both ways', async () => {
    const found = await selfTest(home.database, dualWrite)
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([])
  })
})
