import type { Environment } from '@changeover/rollout'

/** Who runs a command, for the audit trail; the database adds the role that it knows them by. */
export function operatorName(environment: Environment): string {
  return environment['USER'] ?? environment['LOGNAME'] ?? 'unknown'
}
