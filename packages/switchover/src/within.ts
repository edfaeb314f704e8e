import { timeout, TimeoutStrategy } from 'cockatiel'

/** Gives up waiting after a time; what was begun goes on. Errors: those of the work; cockatiel's TaskCancelledError. */
export function within<T>(deadlineMs: number, work: () => Promise<T>): Promise<T> {
  return timeout(deadlineMs, TimeoutStrategy.Aggressive).execute(work)
}
