import type { Job } from '../perform.ts'

export function undo(_fix: string): Job {
  return () => Promise.reject(new Error('not yet'))
}
