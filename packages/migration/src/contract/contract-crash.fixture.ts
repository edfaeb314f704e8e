/** A process that dies (SIGKILL) in a contraction: `node --conditions=source contract-crash.fixture.ts <url> <where>`. */
import { createPoolDatabase } from '@changeover/database'
import { crm } from '../crm.fixture.ts'
import { contract } from './contract.ts'

const [url = '', where = ''] = process.argv.slice(2)

function dieAt(place: string): Promise<void> {
  if (place !== where) return Promise.resolve()
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {}) // nothing happens between the signal and the end
}

await contract(createPoolDatabase({ url, maxConnections: 4, applicationName: 'crash' }), crm, {
  by: 'crash',
  reason: 'to die',
  confirmedName: 'crm',
  limits: { disuseSeconds: 0 },
  onStep: dieAt,
  onArchive: dieAt,
})
