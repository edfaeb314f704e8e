/** Where a connection leads; never a password. */
export interface ConnectionTarget {
  readonly host?: string
  readonly port?: number
  readonly database?: string
  readonly user?: string
}
