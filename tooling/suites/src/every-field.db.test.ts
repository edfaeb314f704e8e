import { type Database, fromPool, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { isSharedSlot } from '@changeover/mapping'
import { createSync, identityIndexSql } from '@changeover/sync'
import { createVerifier, ledgerDdl } from '@changeover/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { damage, isAlone } from './damage.ts'
import { samples } from './index.ts'

const heldValues = 'overwrite'

for (const { migration, migrate, seed } of samples) {
  const sync = createSync(migration.mappings)
  let database: Database
  let drop: () => Promise<void>

  describe(migration.name, () => {
    beforeAll(async () => {
      const created = await createTestDatabase()
      drop = () => created.drop()
      database = fromPool(created.pool())
      await migrate(created.url)
      await seed(database)
      await runDdl(database, [...ledgerDdl])
      for (const mapping of migration.ordered) {
        const index = identityIndexSql(mapping)
        if (index) await database.query(index.text)
        await database.transaction((tx) => sync.batch(tx, mapping, 'forward', {}, { heldValues }))
      }
    })
    afterAll(() => drop())

    for (const mapping of migration.mappings)
      describe(`${mapping.name}: a change of one value in one row is found, named and mended`, () => {
        const slots = mapping.rules.flatMap((rule) =>
          rule.slots.map(({ slot }) => slot).filter((slot) => !isSharedSlot(mapping, rule, slot)),
        )
        const open = slots.filter((slot) => !isAlone(mapping.target, slot))
        test.each(open.map((slot) => [slot.ref, slot] as const))('%s', async (ref, slot) => {
          expect(await damage(database, mapping.target, slot)).toBe(true)
          const verifier = createVerifier({ database, sync, migration: migration.name })
          const found = await verifier.verify(migration.mappings, { heldValues })
          expect(found.verdict).toBe('findings')
          // A finding in a list names the item: `messages[3].role`.
          const named = found.findings.map(({ mapping: of, field }) => `${of} ${field?.replace(/\[.*/, '')}`)
          expect(named).toContain(`${mapping.name} ${ref}`)
          expect(found.findings.every((each) => each.mapping === mapping.name)).toBe(true)
          await verifier.fix(migration.mappings, found, { heldValues })
          expect((await verifier.verify(migration.mappings, { heldValues })).verdict).toBe('consistent')
        })
      })
  })
}
