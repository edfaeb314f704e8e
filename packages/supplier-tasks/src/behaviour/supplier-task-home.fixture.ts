import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { install } from '@changeover/migration'
import type { PhaseName } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { migrate, seedSupplierTasks, supplierTasks } from '../index.ts'
import { milestoneModel, type Model, sectionModel } from './model.ts'

export interface Home {
  readonly database: PoolDatabase
  /** Each version that may write in this phase. */
  readonly writers: readonly Model[]
  /** Each version that may read in this phase. */
  readonly readers: readonly Model[]
  close(): Promise<void>
}

/** The sample data, installed and brought to a phase as a transition leaves it behind. */
export async function openHome(phase: PhaseName): Promise<Home> {
  const created = await createTestDatabase()
  const database = createPoolDatabase({ url: created.url, maxConnections: 4 })
  await migrate(created.url)
  await seedSupplierTasks(database)
  await install(database, supplierTasks)
  if (phase !== 'legacy-only') {
    const sync = createSync(supplierTasks.mappings)
    for (const mapping of supplierTasks.ordered)
      await database.transaction((tx) => sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }))
  }
  const leads = phase === 'target-leads' || phase === 'target-only'
  await database.query('update changeover.phase set phase = $1, epoch = epoch + 1, target_has_led = $2', [
    phase,
    leads,
  ])
  const v1 = milestoneModel((table) => (leads ? `changeover_legacy.${table}` : table))
  return {
    database,
    writers: leads ? [v1, sectionModel] : [v1],
    readers: phase === 'legacy-only' ? [v1] : [v1, sectionModel],
    close: async () => {
      await database.close()
      await created.drop()
    },
  }
}
