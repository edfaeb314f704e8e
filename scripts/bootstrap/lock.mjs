import * as fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const STALE_MS = 15_000

/** Runs `work` while no other process does; the lock of one that died, or does not stir, is taken over. */
export async function withLock(lock, work) {
  const mine = `${lock}.${process.pid}`
  while (!tryLock(lock, mine)) {
    clearIfStale(lock, mine)
    await sleep(100)
  }
  const heartbeat = setInterval(() => fs.utimesSync(lock, new Date(), new Date()), 2_000)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    fs.rmSync(lock, { force: true })
  }
}

// A link appears with its content or not at all.
function tryLock(lock, mine) {
  fs.writeFileSync(mine, String(process.pid))
  try {
    fs.linkSync(mine, lock)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    fs.rmSync(mine, { force: true })
  }
}

function clearIfStale(lock, mine) {
  const stale = ownerIfStale(lock)
  if (stale === null) return
  try {
    fs.renameSync(lock, mine)
    // Another process may have cleared it and taken the lock since we looked: then that one gets it back.
    if (fs.readFileSync(mine, 'utf8') !== stale) fs.linkSync(mine, lock)
    fs.rmSync(mine, { force: true })
  } catch {
    // Somebody else was quicker.
  }
}

function ownerIfStale(lock) {
  try {
    const owner = fs.readFileSync(lock, 'utf8')
    const silent = Date.now() - fs.statSync(lock).mtimeMs > STALE_MS
    return silent || !lives(Number(owner)) ? owner : null
  } catch {
    return null
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
