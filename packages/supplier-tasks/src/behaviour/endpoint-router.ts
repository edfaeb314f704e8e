import type { PhaseName } from '@changeover/rollout'

/** Endpoints that move to V2 together, in the order in which they are meant to: what only reads comes first. */
export const endpointGroups = ['dashboard', 'reading', 'updating', 'creating'] as const

export type EndpointGroup = (typeof endpointGroups)[number]

/** Which groups are asked to be served by V2. */
export type EndpointFlags = Readonly<Record<EndpointGroup, boolean>>

const phasesOf: Readonly<Record<EndpointGroup, readonly PhaseName[]>> = {
  dashboard: ['legacy-leads', 'target-leads', 'target-only', 'contracted'],
  reading: ['legacy-leads', 'target-leads', 'target-only', 'contracted'],
  // Nobody writes the replica but the sync.
  updating: ['target-leads', 'target-only', 'contracted'],
  creating: ['target-leads', 'target-only', 'contracted'],
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
 * Which version serves a group. A flag selects within what the phase permits and never overrides it; once legacy is gone there is
 * nothing to select.
 */
export function versionFor(group: EndpointGroup, flags: EndpointFlags, phase: PhaseName): 'v1' | 'v2' {
  if (phase === 'contracted') return 'v2'
  return flags[group] && phasesOf[group].includes(phase) ? 'v2' : 'v1'
}
