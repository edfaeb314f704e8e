import type { GateName } from '@changeover/rollout'

/** Gates of what only time in production gives. */
export const waived: readonly GateName[] = ['shadow-agrees', 'healthy', 'losses-accepted', 'replicas-fresh']
