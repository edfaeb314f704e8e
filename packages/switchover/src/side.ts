import type { Authority } from '@changeover/rollout'

/** One of the two implementations. */
export type Side = Authority

/** The side across. */
export function otherSide(side: Side): Side {
  return side === 'legacy' ? 'target' : 'legacy'
}
