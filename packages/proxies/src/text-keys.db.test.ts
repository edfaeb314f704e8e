import { fromPool, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { copy, defineMapping, firstReference, storedIn, table } from '@changeover/mapping'
import { identityIndexSql } from '@changeover/sync'
import { expect, test } from 'vitest'
import { installProxies } from './install.ts'

const part = table(
  'part',
  { code: 'varchar(20) not null', name: 'text not null', inside: 'varchar(20)' },
  { key: ['code'] },
)
const node = table(
  'node',
  { id: 'bigint not null default', name: 'text not null', parent: 'bigint', data: 'jsonb not null default' },
  { key: ['id'] },
)
const partToNode = defineMapping({
  name: 'Part',
  legacy: part,
  target: node,
  identity: storedIn('data.code'),
  rules: [
    copy('name'),
    firstReference({
      candidates: [{ field: 'inside', to: 'self' }],
      slot: 'parent',
      residue: { inside: 'data.inside' },
    }),
  ],
})

test('keys of text are read, referred to and followed like any other', async () => {
  const created = await createTestDatabase()
  const database = fromPool(created.pool())
  try {
    await database.query(`CREATE TABLE part (code varchar(20) PRIMARY KEY, name text NOT NULL, inside varchar(20) REFERENCES part ON DELETE CASCADE);
      CREATE TABLE node (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, parent bigint REFERENCES node ON DELETE SET NULL,
        data jsonb NOT NULL DEFAULT '{}')`)
    await runDdl(database, [{ text: identityIndexSql(partToNode)?.text ?? '', concurrently: true }])
    await installProxies(database, { mappings: [partToNode] })
    await database.query(`INSERT INTO changeover_legacy.part VALUES ('a', 'one', NULL)`)
    await database.query(`INSERT INTO changeover_legacy.part VALUES ('b', 'two', 'a'), ('c', 'three', 'a')`)
    const rows = async () =>
      (
        await database.query<{ row: string }>(
          'SELECT p::text AS row FROM changeover_legacy.part AS p ORDER BY code',
        )
      ).rows.map(({ row }) => row)
    expect(await rows()).toEqual(['(a,one,)', '(b,two,a)', '(c,three,a)'])
    await database.query(`UPDATE changeover_legacy.part SET inside = 'b' WHERE code = 'c'`)
    expect(await rows()).toEqual(['(a,one,)', '(b,two,a)', '(c,three,b)'])
    await database.query(`DELETE FROM changeover_legacy.part WHERE code = 'a'`)
    expect(await rows()).toEqual([])
  } finally {
    await created.drop()
  }
})
