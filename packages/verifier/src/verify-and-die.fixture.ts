// A child process: verifies the tickets and kills itself after so many chunks, in the middle of whatever it does.
import { createPoolDatabase } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { createVerifier } from './index.ts'
import { mappings } from './ticket.fixture.ts'

const [url = '', chunks = '1', resume] = process.argv.slice(2)
const database = createPoolDatabase({ url })
const verifier = createVerifier({ database, sync: createSync(mappings), migration: 'tickets' })
let done = 0
await verifier.verify(mappings, {
  chunkRows: 7,
  workers: 2,
  ...(resume === undefined ? {} : { resume }),
  onProgress: () => {
    if (++done >= Number(chunks)) process.kill(process.pid, 'SIGKILL')
  },
})
