import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { ledgerDdl, type PhaseName, storeFirstPhase } from '@changeover/rollout'
import { family, familyTables } from '@changeover/sample-mappings'
import { type DualWrite, installDualWrite } from './index.ts'

export interface FamilyFixture {
  readonly url: string
  readonly database: PoolDatabase
  readonly dualWrite: DualWrite
  run(statement: string): Promise<unknown>
  /** One text of the first row. */
  text(query: string): Promise<string | null>
  lead(phase: PhaseName): Promise<void>
  close(): Promise<void>
}

/** Rows from before dual write, and dual write on, while legacy leads: the backfill has not begun. */
export async function openFamily(given: Partial<DualWrite> = {}): Promise<FamilyFixture> {
  const home = await createTestDatabase()
  const database = createPoolDatabase({ url: home.url, maxConnections: 10 })
  const dualWrite = { migration: 'family', mappings: [...family], ...given }
  const run = (statement: string) => database.query(statement)
  await run(familyTables)
  await run(`INSERT INTO company (name) VALUES ('acme'), ('globex');
    INSERT INTO team (name, company) VALUES ('blue', 1), ('red', 2);
    INSERT INTO person (name, team) VALUES ('old', 1)`)
  await runDdl(database, ledgerDdl)
  await database.transaction((tx) =>
    storeFirstPhase(tx, 'family', { phase: 'legacy-leads', by: 'test', reason: 'test' }),
  )
  await installDualWrite(database, dualWrite)
  return {
    url: home.url,
    database,
    dualWrite,
    run,
    text: async (query) => {
      const { rows } = await database.query<Record<string, string | null>>(query)
      return Object.values(rows[0] ?? {})[0] ?? null
    },
    lead: async (phase) => {
      await database.query(
        `UPDATE changeover.phase SET phase = $1, epoch = epoch + 1, target_has_led = target_has_led OR $1 = 'target-leads'`,
        [phase],
      )
    },
    close: async () => {
      await database.close()
      await home.drop()
    },
  }
}
