/**
 * A small process of its own that stops the server of a folder when the last of its users is gone, however that one
 * went. Run as `node supervisor.js <folder> <place> <lifetime>`.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withFolderLock } from './folder-lock.ts'
import { countLeases } from './leases.ts'
import { stopServer } from './server.ts'

const [folder = '', place = '', lifetime] = process.argv.slice(2)

for (let idle = 0; ; ) {
  await sleep(1_000)
  if (!existsSync(folder)) break
  idle = countLeases(folder) === 0 ? idle + 1 : 0
  if (idle >= 2 && (await withFolderLock(folder, stopIfUnused))) break
}

async function stopIfUnused(): Promise<boolean> {
  if (countLeases(folder) > 0) return false
  await stopServer(join(place, 'data'))
  rmSync(join(folder, 'supervisor'), { force: true })
  if (lifetime === 'throwaway') {
    for (const path of [place, folder]) rmSync(path, { recursive: true, force: true })
  }
  return true
}
