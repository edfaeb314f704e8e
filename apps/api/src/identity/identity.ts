/** What one may do in the control plane; each role may what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** Who asks. */
export interface Identity {
  /** For the log and the records of changes. */
  readonly name: string
  /** Whose data, as text: a bigint; null for who runs the migrations and sees no data. */
  readonly tenant: string | null
  /** Null for clients of the data alone. */
  readonly role: Role | null
}

/** Who may ask a route: anybody, whoever has a tenant, or whoever has at least that role. */
export type Access = 'open' | 'tenant' | Role

/** Whether an identity is let through. */
export function mayAsk({ tenant, role }: Identity, access: Access): boolean {
  if (access === 'open') return true
  if (access === 'tenant') return tenant !== null
  return role !== null && roles.indexOf(role) >= roles.indexOf(access)
}
