/** A process that dies (SIGKILL) in the middle of its work: `node --conditions=source dying.fixture.ts <url> <system> backfill | switch`. */
import { createBackfill } from '@changeover/backfill'
import { createPoolDatabase } from '@changeover/database'
import { changePhase } from '@changeover/migration'
import { createSync } from '@changeover/sync'
import { samples } from './index.ts'
import { waived } from './waived.ts'

const [url = '', name = '', work = ''] = process.argv.slice(2)
const migration = samples.find((each) => each.migration.name === name)?.migration
if (migration === undefined) throw new Error(`no system ${name}`)

function die(): Promise<void> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {}) // nothing happens between the signal and the end
}

const database = createPoolDatabase({ url, maxConnections: 3, applicationName: 'dying' })
if (work === 'backfill') {
  const backfill = createBackfill({ database, sync: createSync(migration.mappings), migration: name })
  let left = 1
  const onStep = async (step: string) => {
    if (step === 'written' && left-- === 0) await die()
  }
  for (const mapping of migration.ordered)
    await backfill.run(mapping, { heldValues: 'overwrite', batchRows: 2, speed: 'full', onStep })
} else
  await changePhase(
    database,
    migration,
    { to: 'target-leads', by: 'dying', reason: 'to die', waive: waived },
    { rehearsal: 'none', onStep: async (step) => (step === 'flipped' ? die() : undefined) },
  )
