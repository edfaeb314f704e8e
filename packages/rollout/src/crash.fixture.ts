/** A process that dies (SIGKILL) in a transition: `node --conditions=source crash.fixture.ts <url> <migration> <to> <where>`. */
import { createPoolDatabase } from '@changeover/database'
import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import { transition } from './transition.ts'

const [url = '', migration = '', to = '', where = ''] = process.argv.slice(2)

function dieAt(place: string): Promise<void> {
  if (place !== where) return Promise.resolve()
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {}) // nothing happens between the signal and the end
}

await transition(
  createPoolDatabase({ url, maxConnections: 2, applicationName: 'crash' }),
  { migration, to: to as PhaseName, by: 'crash', reason: 'to die' }, // a test passes a phase
  {
    observe: async () => everythingFine,
    onStep: dieAt,
    actions: { prepare: () => dieAt('preparing'), complete: () => dieAt('completing') },
  },
)
