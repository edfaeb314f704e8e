/**
 * An instance of an application that follows a phase and writes when it is told to: `node --conditions=source
 * follower.fixture.ts <url> <migration>`. Each line of its input is one write, answered by one line. It looks for the phase
 * only after a write was refused.
 */
import { createInterface } from 'node:readline'
import { createPoolDatabase } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { startHeartbeat } from './heartbeat.ts'
import { watchPhase } from './phase-watch.ts'
import { lockPhaseAt } from './stored-phase.ts'

const [url = '', migration = ''] = process.argv.slice(2)
const database = createPoolDatabase({ url, applicationName: 'follower' })
const watch = await watchPhase(database, migration, { pollMs: 3_600_000 })
const identity = { migration, instance: 'follower', build: '1', mappingHash: 'abc' }
const heart = await startHeartbeat(database, watch, { ...identity, intervalMs: 100 })

async function write(): Promise<string> {
  try {
    const { phase } = await database.transaction((tx) => lockPhaseAt(tx, watch.current()))
    return `wrote by ${phase.name}`
  } catch (error) {
    await watch.refresh()
    return isFailure(error) ? `${error.code} ${error.retriable ? 'retriable' : 'final'}` : String(error)
  }
}

process.stdout.write('ready\n')
for await (const _line of createInterface({ input: process.stdin }))
  process.stdout.write(`${await write()}\n`)
await heart.close()
await watch.close()
await database.close()
