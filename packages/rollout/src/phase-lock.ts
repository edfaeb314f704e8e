/** The first number of the advisory locks that guard the phase of each migration; the second is the hash of its name. */
export const phaseLockClass = 1_128_811_856

/** shared: for whoever writes by the phase · exclusive: for whoever changes it. */
export type PhaseLockMode = 'shared' | 'exclusive'

/**
 * The SQL call that takes the lock of a migration's phase until the transaction ends: `select ${phaseLockSql('crm')}`.
 *
 * Every writer takes it shared before it reads the phase (`changeover.current_phase` does both), every flip takes it
 * exclusively: so a flip waits for the writers of the old phase, and no writer acts on the old phase after the flip.
 *
 * Cost: no round trip of its own inside a function; a flip that waits makes later writers wait behind it.
 */
export function phaseLockSql(migration: string, mode: PhaseLockMode = 'shared'): string {
  return lockCall(`'${migration.replaceAll("'", "''")}'`, mode)
}

/** The same call for a SQL expression that gives the name of the migration. */
export function lockCall(migrationSql: string, mode: PhaseLockMode): string {
  const name = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock'
  return `pg_catalog.${name}(${phaseLockClass}, pg_catalog.hashtext(${migrationSql}))`
}
