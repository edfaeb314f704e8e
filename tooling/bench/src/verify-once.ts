import { createPoolDatabase } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { staffTaskToWorkItem, workItems } from '@changeover/work-items'

// Verifies the staff tasks of a database in a process of its own, and prints its peak memory in megabytes.
const url = process.argv[2] ?? ''
const database = createPoolDatabase({ url, maxConnections: 4 })
const verifier = createVerifier({ database, sync: createSync(workItems.mappings), migration: workItems.name })
await verifier.verify([staffTaskToWorkItem], { record: false })
await database.close()
process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}\n`)
