/** What a supplier's task can be in. */
export const instanceStatuses = ['not_started', 'in_progress', 'submitted', 'approved', 'blocked'] as const

export type InstanceStatus = (typeof instanceStatuses)[number]
