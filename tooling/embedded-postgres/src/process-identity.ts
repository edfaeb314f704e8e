import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Names a living process so that another one with the same number is not taken for it: `pid:start time`.
 * Returns null when no such process lives (one that is dead but not yet reaped does not).
 */
export function identityOf(pid: number): string | null {
  const found = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
  return found === null || found.state.startsWith('Z') ? null : `${pid}:${found.started}`
}

/** Says whether the process named by `identity` still lives. */
export function isAlive(identity: string): boolean {
  return identityOf(Number.parseInt(identity, 10)) === identity
}

/** The command line of a process, or an empty text. */
export function commandOf(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

function fromProc(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything: fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? 'Z', started: fields[19] ?? '' }
  } catch {
    return null
  }
}

function fromPs(pid: number) {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const [state = 'Z', ...started] = line.split(/\s+/)
    return { state, started: started.join('-') }
  } catch {
    return null
  }
}
