import type { Verification } from '../verification.ts'

/** The whole verification as JSON. */
export function renderJson(verification: Verification): string {
  return JSON.stringify(verification, null, 2)
}
