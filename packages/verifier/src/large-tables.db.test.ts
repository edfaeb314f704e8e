import { copy, defineMapping, links, sameKey, table } from '@changeover/mapping'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planChunks } from './chunks.ts'
import { openPair, type Pair } from './pair.fixture.ts'

const fields = { id: 'bigint not null', size: 'integer' } as const
const link = (name: string) => ({
  table: table(name, { owner: 'bigint not null', tag: 'integer not null' }, { key: ['owner', 'tag'] }),
  owner: 'owner' as const,
  values: ['tag' as const],
})
const mapping = defineMapping({
  name: 'Big',
  legacy: table('big_old', fields, { key: ['id'] }),
  target: table('big_new', fields, { key: ['id'] }),
  identity: sameKey('id'),
  rules: [copy('size')],
  links: [links('tags', link('big_old_tag'), link('big_new_tag'))],
})
const count = 210_000

let open: Pair
beforeAll(async () => {
  const both = ['big_old', 'big_new'].map(
    (name) => `CREATE TABLE ${name} (id bigint PRIMARY KEY, size integer);
      INSERT INTO ${name} SELECT n * 3, n FROM generate_series(1, ${count}) n;
      CREATE TABLE ${name}_tag (owner bigint, tag integer, PRIMARY KEY (owner, tag));
      INSERT INTO ${name}_tag SELECT n * 3, n % 7 FROM generate_series(1, ${count}) n`,
  )
  open = await openPair(mapping, both.join(';'))
  await open.run('VACUUM ANALYZE')
}, 60_000)
afterAll(() => open.close())

describe('large tables', () => {
  test('are divided by a sample into chunks of about the size asked for, the ends open', async () => {
    const rows = (await planChunks(open.database, mapping, 10_000)).filter(({ part }) => part === 'rows')
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.length).toBeLessThan(40)
    expect(rows[0]?.after).toBeNull()
    expect(rows.at(-1)?.upTo).toBeNull()
    for (const [index, { upTo }] of rows.slice(0, -1).entries()) expect(rows[index + 1]?.after).toEqual(upTo)
  })

  test('are read once, row by row, and looked up in their indexes', async () => {
    const verification = await open.verify({ chunkRows: 20_000 })
    expect(verification).toMatchObject({
      verdict: 'consistent',
      mappings: [{ total: count, targetTotal: count }],
    })
    await open.run(`DELETE FROM big_new WHERE id IN (3, ${count * 3}); INSERT INTO big_new VALUES (1, 1), (${count * 3 + 1}, 1);
      DELETE FROM big_new_tag WHERE owner = 300; INSERT INTO big_new_tag VALUES (600, 999)`)
    expect(await open.found({ chunkRows: 20_000 })).toEqual([
      'Big 3: no target row',
      `Big 300 tags: '{}' instead of '{2}'`,
      `Big 600 tags: '{4,999}' instead of '{4}'`,
      `Big ${count * 3}: no target row`,
      'Big target row 1: no legacy row (its identity is 1)',
      `Big target row ${count * 3 + 1}: no legacy row (its identity is ${count * 3 + 1})`,
    ])
  }, 60_000)
})
