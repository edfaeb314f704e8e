import { type Database, fromPool, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type { Mapping, Slot } from '@changeover/mapping'
import { createSync, identityIndexSql } from '@changeover/sync'
import { createVerifier, ledgerDdl } from '@changeover/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, seedWorkItems, workItems } from '../index.ts'

const heldValues = 'overwrite'
const sync = createSync(workItems.mappings)
let database: Database
let drop: () => Promise<void>

beforeAll(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  database = fromPool(created.pool())
  await migrate(created.url)
  await seedWorkItems(database)
  await runDdl(database, [...ledgerDdl])
  for (const mapping of workItems.ordered) {
    await database.query(identityIndexSql(mapping)?.text ?? '')
    await database.transaction((tx) => sync.batch(tx, mapping, 'forward', {}, { heldValues }))
  }
})
afterAll(() => drop())

/** Another value for a slot, as SQL over the row, whatever it holds; several where a check allows only some. */
function otherValues({ target }: Mapping, { field, jsonKey }: Slot): readonly string[] {
  const column = `"${field.column}"`
  if (jsonKey !== undefined) return [`jsonb_set(${column}, '{${jsonKey}}', '"damaged"')`]
  if (field.column === 'created_by_id')
    return [`(SELECT min(id) FROM app_user u WHERE u.id <> created_by_id)`]
  if (field.column === 'work_type') return (target.where['workType'] ?? []).map((type) => `'${type}'`)
  const byType: Readonly<Record<string, readonly string[]>> = {
    text: [`${column} || 'x'`, `'cancelled'`, `'urgent'`],
    varchar: [`left(${column}, 400) || 'x'`],
    boolean: [`NOT ${column}`],
    smallint: [`(${column} + 1) % 100`],
    numeric: [`${column} + 0.01`],
    date: [`${column} + 1`],
    time: [`${column} + interval '1 microsecond'`],
    timestamptz: [`${column} + interval '1 microsecond'`],
    bigint: ['NULL'],
    uuid: ['NULL'],
  }
  return byType[field.type.base] ?? []
}

/** Changes the slot in one row of the mapping; false where no row could be changed. */
async function damage(mapping: Mapping, slot: Slot): Promise<boolean> {
  const { target } = mapping
  const types = target.where['workType']?.map((type) => `'${type}'`).join(', ')
  const column = `"${slot.field.column}"`
  for (const other of otherValues(mapping, slot)) {
    // A row without relatives, where there is a choice, may have any type.
    const statement = `UPDATE work_item SET ${column} = ${other} WHERE id = (SELECT id FROM work_item AS own
      WHERE work_type IN (${types}) AND ${column} IS NOT NULL AND ${column} IS DISTINCT FROM ${other}
      ORDER BY parent_id IS NULL AND NOT EXISTS (SELECT FROM work_item x WHERE x.parent_id = own.id) DESC, title LIMIT 1)`
    const changed = await database.query(statement).catch(() => ({ rowCount: 0 }))
    if (changed.rowCount === 1) return true
  }
  return false
}

// Its scope holds no other type.
const unreachable = new Set(['ProjectWorkflow workType'])

for (const mapping of workItems.mappings)
  describe(`${mapping.name}: a change of one value in one row is found, named and mended`, () => {
    const slots = mapping.rules.flatMap((rule) => rule.slots.map(({ slot }) => slot))
    test.each(
      slots
        .filter(({ ref }) => !unreachable.has(`${mapping.name} ${ref}`))
        .map((slot) => [slot.ref, slot] as const),
    )('%s', async (ref, slot) => {
      expect(await damage(mapping, slot)).toBe(true)
      const verifier = createVerifier({ database, sync, migration: workItems.name })
      const found = await verifier.verify(workItems.mappings, { heldValues })
      expect(found.verdict).toBe('findings')
      expect(found.findings.map((each) => `${each.mapping} ${each.field}`)).toContain(
        `${mapping.name} ${ref}`,
      )
      expect(found.findings.every((each) => each.mapping === mapping.name)).toBe(true)
      await verifier.fix(workItems.mappings, found, { heldValues })
      expect((await verifier.verify(workItems.mappings, { heldValues })).verdict).toBe('consistent')
    })
  })
