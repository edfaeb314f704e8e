import type { Phase } from '@changeover/rollout'

/** Endpoints that move to V2 together, in the order in which they are meant to: what only reads comes first. */
export const endpointGroups = ['dashboard', 'reading', 'updating', 'creating'] as const

export type EndpointGroup = (typeof endpointGroups)[number]

/** Which groups are asked to be served by V2. */
export type EndpointFlags = Readonly<Record<EndpointGroup, boolean>>

const writing: ReadonlySet<EndpointGroup> = new Set(['updating', 'creating'])

/** What the stored phase permits. */
export interface Permitted {
  readonly phase: Phase
  /** Whether this reader is among those who read from the target: what the read share says, which is raised by proof alone. */
  readonly readsTarget: boolean
}

/**
 * Reads the flags: USE_V2_API for all groups, USE_V2_API_DASHBOARD and its like for one of them, which counts more. On are `true` and `1`.
 *
 * @example
 * endpointFlags({ USE_V2_API: 'true', USE_V2_API_CREATING: 'false' }).creating // => false
 */
export function endpointFlags(environment: Readonly<Record<string, string | undefined>>): EndpointFlags {
  const isOn = (text: string | undefined) => text === 'true' || text === '1'
  const read = (group: EndpointGroup) =>
    isOn(environment[`USE_V2_API_${group.toUpperCase()}`] ?? environment['USE_V2_API'])
  return {
    dashboard: read('dashboard'),
    reading: read('reading'),
    updating: read('updating'),
    creating: read('creating'),
  }
}

/**
 * Which version serves a group. A flag selects within what the phase and its read share permit, and never overrides them; once legacy
 * is gone there is nothing to select.
 */
export function versionFor(
  group: EndpointGroup,
  flags: EndpointFlags,
  { phase, readsTarget }: Permitted,
): 'v1' | 'v2' {
  if (phase.name === 'contracted') return 'v2'
  // Nobody writes the replica but the sync.
  const isPermitted = writing.has(group) ? phase.authority === 'target' : readsTarget
  return flags[group] && isPermitted ? 'v2' : 'v1'
}
