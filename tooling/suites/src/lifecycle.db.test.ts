import { createBackfill } from '@changeover/backfill'
import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import {
  archivedTables,
  asLegacy,
  changePhase,
  contract,
  dropLegacy,
  install,
  phaseOf,
  preflightChecks,
  recordRestoredBackup,
  runChecks,
  stepStates,
  uninstall,
} from '@changeover/migration'
import { isInPlace } from '@changeover/mapping'
import type { PhaseName } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { samples } from './index.ts'
import { waived } from './waived.ts'

for (const system of samples)
  describe(`${system.migration.name} lives through`, () => {
    const { migration, writer } = system
    let database: Database
    let drop: () => Promise<void>
    const written = new Map<string, string>()

    beforeAll(async () => {
      const created = await createTestDatabase()
      drop = () => created.drop()
      database = fromPool(created.pool())
      await system.migrate(created.url)
      expect(await system.seed(database)).toBe(true)
    })
    afterAll(() => drop())

    test('install, undo and install again', async () => {
      const before = await traces(database)
      await install(database, migration)
      expect(await traces(database)).not.toEqual(before)
      await uninstall(database, migration)
      expect(await traces(database)).toEqual(before)
      await install(database, migration)
      expect((await stepStates(database, migration)).map(({ condition }) => condition)).not.toContain(
        'missing',
      )
    })

    test('dual write, backfill and a clean verification', async () => {
      await go('legacy-leads')
      await write('while legacy leads')
      await childrenOfRowsWithoutTwin()
      const engine = createBackfill({
        database,
        sync: createSync(migration.mappings),
        migration: migration.name,
      })
      for (const mapping of migration.ordered) await engine.run(mapping, { heldValues: 'overwrite' })
      await install(database, migration)
      await write('after the backfill')
      await everythingIsThere()
    })

    test('the switch, a rollback, the switch again, and the target alone', async () => {
      for (const phase of ['target-leads', 'legacy-leads', 'target-leads'] as const) {
        await go(phase)
        await write(`in ${phase}`)
        await everythingIsThere()
      }
      await go('target-only')
      expect(await verdict()).not.toBe('findings')
      await go('target-leads')
      await write('after legacy was frozen')
      await everythingIsThere()
      await go('target-only')
    })

    test('the production checklist: what the data answer for passes, and a backup is asked for', async () => {
      const checks = await runChecks(
        preflightChecks(database, migration, { profile: 'before-contract', environment: {} }),
      )
      const outcomes = new Map(checks.map(({ name, outcome }) => [name, outcome]))
      for (const name of ['legacy-migrated', 'quarantine-empty', 'nothing-owed', 'verified'])
        expect([name, outcomes.get(name)]).toEqual([name, 'pass'])
      expect(outcomes.get('backup-restorable')).toBe('fail')
    })

    test('contract, after which legacy is kept aside and then dropped', async () => {
      await recordRestoredBackup(database, migration, { by: 'test', note: 'a test' })
      await contract(database, migration, {
        by: 'test',
        reason: 'a test',
        confirmedName: migration.name,
        limits: { disuseSeconds: 0 },
      })
      expect((await phaseOf(database, migration.name))?.phase.name).toBe('contracted')
      const archived = await archivedTables(database, migration.name)
      // In place, columns that both sides describe stay, and only those of legacy alone go.
      expect(archived.length > 0).toBe(!migration.mappings.every(isInPlace))
      expect(new Map(await writer.found(database, 'target', mark))).toEqual(written)
      await dropLegacy(database, migration, { confirmedName: migration.name, by: 'test' })
      expect(new Map(await writer.found(database, 'target', mark))).toEqual(written)
    })

    const mark = 'lifecycle:'

    /** One row that stays as it is made, one that changes, one that goes. */
    async function write(when: string): Promise<void> {
      for (const fate of ['stays', 'changes', 'goes']) {
        const key = await asLegacy(database, migration, (tx, at) =>
          writer.insert(tx, at, `${mark} ${fate} ${when}`),
        )
        written.set(key, `${mark} ${fate} ${when}`)
        if (fate === 'changes') {
          await asLegacy(database, migration, (tx, at) =>
            writer.change(tx, at, key, `${mark} changed ${when}`),
          )
          written.set(key, `${mark} changed ${when}`)
        }
        if (fate === 'goes') {
          await asLegacy(database, migration, (tx, at) => writer.remove(tx, at, key))
          written.delete(key)
        }
      }
    }

    /** Nothing is copied yet, so that no row referred to has a twin: the new rows get theirs all the same. */
    async function childrenOfRowsWithoutTwin(): Promise<void> {
      const sync = createSync(migration.mappings)
      const children = await asLegacy(
        database,
        migration,
        async (tx, at) => (await writer.insertChildren?.(tx, at)) ?? {},
      )
      const refers = migration.mappings.some(({ rules }) =>
        rules.some(({ shape }) => Object.keys(shape.references ?? {}).length > 0),
      )
      expect(Object.keys(children).length > 0).toBe(refers)
      for (const [name, key] of Object.entries(children)) {
        const mapping = migration.mappings.find((each) => each.name === name)
        expect(mapping, name).toBeDefined()
        if (!mapping) continue
        const again = await database.transaction((tx) =>
          sync.keys(tx, mapping, 'forward', [[key]], { heldValues: 'overwrite' }),
        )
        expect(again).toMatchObject({ inserted: 0, updated: 0, refused: [], brought: [] })
      }
    }

    async function everythingIsThere(): Promise<void> {
      for (const side of ['legacy', 'target'] as const)
        expect(new Map(await writer.found(database, side, mark))).toEqual(written)
      expect(await verdict()).toBe('consistent')
    }

    async function verdict() {
      const stored = await phaseOf(database, migration.name)
      const verifier = createVerifier({
        database,
        sync: createSync(migration.mappings),
        migration: migration.name,
      })
      const { verdict } = await verifier.verify(migration.mappings, {
        heldValues: stored?.targetHasLed === true ? 'keep' : 'overwrite',
        authority: stored?.phase.authority ?? 'legacy',
      })
      return verdict
    }

    async function go(to: PhaseName): Promise<void> {
      await changePhase(
        database,
        migration,
        { to, by: 'test', reason: 'a test', waive: waived },
        { rehearsal: 'none' },
      )
    }
  })

/** Everything in the database that is no table of the application's own. */
async function traces(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ name: string }>(
    `select 'trigger ' || t.tgname || ' of ' || t.tgrelid::regclass as name from pg_trigger t where not t.tgisinternal
     union all select 'view ' || c.oid::regclass from pg_class c where c.relkind = 'v'
       and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
     union all select 'function ' || p.oid::regprocedure from pg_proc p
       where p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
         and p.pronamespace is distinct from to_regnamespace('changeover')
     union all select 'index ' || i.indexrelid::regclass from pg_index i join pg_class c on c.oid = i.indrelid
       where c.relnamespace = 'public'::regnamespace and i.indexrelid::regclass::text not like 'proxy_%'
     order by name`,
  )
  return rows.map(({ name }) => name)
}
