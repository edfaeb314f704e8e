/** A process whose second write never comes to an end: `killed.fixture.ts <legacy> <target> <ledger> <noting | noting nothing>`. */
import { createPoolDatabase } from '@changeover/database'
import { createPostgresLedger } from './ledger.ts'
import { createMemoryOutbox } from './memory-outbox.ts'
import { rolloutPhases } from './rollout-phase.ts'
import { createSwitchover } from './switchover.ts'
import { tableStore, textOperations } from './two-databases.fixture.ts'

const [legacyUrl = '', targetUrl = '', ledgerUrl = '', kind = ''] = process.argv.slice(2)
const legacy = tableStore(createPoolDatabase({ url: legacyUrl }))
const target = {
  ...tableStore(createPoolDatabase({ url: targetUrl })),
  save: () => new Promise<never>(() => {}),
}
const ledger = createPostgresLedger(createPoolDatabase({ url: ledgerUrl }), 'texts')
const switchover = await createSwitchover({
  name: 'texts',
  flags: () => rolloutPhases[1],
  ledger: kind === 'noting' ? ledger : { ...ledger, outbox: createMemoryOutbox() },
  stores: { legacy, target, toTarget: (value: string) => value, toLegacy: (value: string) => value },
  operations: textOperations(legacy, target),
})
await switchover.call.save('k', 'acknowledged')
process.stdout.write('saved\n')
setInterval(() => {}, 1000) // it lives until it is killed
