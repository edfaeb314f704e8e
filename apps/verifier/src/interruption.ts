import { exitCodes } from './exit-code.ts'
import type { Shell } from './shell.ts'

/** Ctrl-C as a signal: the first asks to stop, a later one ends the process. */
export interface Interruption {
  readonly signal: AbortSignal
  stop(): void
}

// One Ctrl-C can arrive twice: from the terminal and from the process above.
const sameKeystrokeMs = 500

/** Listens for Ctrl-C until stopped. */
export function listenForInterrupt(shell: Shell, say: (line: string) => void): Interruption {
  const controller = new AbortController()
  let firstAt = 0
  const stop = shell.onInterrupt(() => {
    if (controller.signal.aborted) {
      if (performance.now() - firstAt > sameKeystrokeMs) shell.exit(exitCodes.failed)
      return
    }
    firstAt = performance.now()
    say('Stopping … (Ctrl-C again stops at once; nothing half-written stays)')
    controller.abort()
  })
  return { signal: controller.signal, stop }
}

/** What the work gives, or a rejection as soon as the signal comes. */
export async function unlessInterrupted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  failure: () => Error,
): Promise<T> {
  let onAbort: (() => void) | undefined
  const interrupted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(failure())
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
  // Whichever loses the race must not end the process by a rejection of its own.
  work.catch(() => {})
  interrupted.catch(() => {})
  try {
    return await Promise.race([work, interrupted])
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
