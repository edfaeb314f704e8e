/** A process that dies (SIGKILL) in a contraction: `node --conditions=source contract-crash.fixture.ts <url> <where> <migration>`. */
import { createPoolDatabase } from '@changeover/database'
import { crm } from '../crm.fixture.ts'
import { contract } from './contract.ts'
import { shops } from './shop-in-place.fixture.ts'

const [url = '', where = '', name = crm.name] = process.argv.slice(2)
const migration = [crm, shops].find((each) => each.name === name) ?? crm

function dieAt(place: string): Promise<void> {
  if (place !== where) return Promise.resolve()
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {}) // nothing happens between the signal and the end
}

await contract(createPoolDatabase({ url, maxConnections: 4, applicationName: 'crash' }), migration, {
  by: 'crash',
  reason: 'to die',
  confirmedName: migration.name,
  limits: { disuseSeconds: 0 },
  onStep: dieAt,
  onArchive: dieAt,
})
