/** A process that backfills and kills itself at a step: `node killed-run.fixture.ts <url> <step> <how often the step passes> [detached]`. */
import { createPoolDatabase, type Database, type Transaction } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { createBackfill } from './index.ts'
import { taskToCard } from './task-to-card.fixture.ts'

const [url = '', dieAt = '', times = '', variant] = process.argv.slice(2)
let left = Number(times)
const pass = (step: string) => {
  if (step === dieAt && left-- === 0) process.kill(process.pid, 'SIGKILL')
}

const pool = createPoolDatabase({ url, applicationName: 'killed' })
const database: Database = {
  ...pool,
  transaction: (work, options) =>
    pool.transaction((tx) => work(variant === 'detached' ? detached(watched(tx)) : watched(tx)), options),
}

/** Tells of the moment at which the legacy rows are locked and nothing is written. */
function watched(tx: Transaction): Transaction {
  return {
    inTransaction: true,
    async query(text, params) {
      const result = await tx.query<never>(text, params)
      if (text.includes('FOR NO KEY UPDATE OF "l"')) pass('locked')
      return result
    },
  }
}

/** The mutation: the checkpoint moves in a transaction of its own, before the batch commits. */
function detached(tx: Transaction): Transaction {
  return {
    inTransaction: true,
    query: (text, params) =>
      text.startsWith('UPDATE changeover.backfill SET cursor')
        ? pool.query(text, params)
        : tx.query(text.replace(/ FOR NO KEY UPDATE$/, ''), params),
  }
}

const backfill = createBackfill({ database, sync: createSync([taskToCard]), migration: 'tasks' })
await backfill.run(taskToCard, { heldValues: 'overwrite', batchRows: 20, speed: 'full', onStep: pass })
await pool.close()
