import type { Failure } from '@changeover/errors'
import { servedSystems } from './systems/served-systems.ts'

/** What is refused because of where a migration stands. */
const asThingsStand: readonly string[] = [
  ...[
    'EPOCH_MOVED',
    'TRANSITION_CONFLICT',
    'GATES_CLOSED',
    'NO_SUCH_TRANSITION',
    'NO_WAY_BACK',
    'PHASE_MISSING',
  ].map((code) => `ROLLOUT.${code}`),
  ...['PHASE_LAST', 'PHASE_OTHER_WAY', 'PHASE_FORBIDS', 'DUAL_WRITE_OFF', 'NOT_INSTALLED', 'CONTRACTED'].map(
    (code) => `MIGRATION.${code}`,
  ),
]

/** Codes that stand for another status than that of their namespace. */
const byCode: Readonly<Record<string, number>> = {
  ...Object.fromEntries(servedSystems.flatMap(({ statuses }) => Object.entries(statuses))),
  'API.UNAUTHENTICATED': 401,
  'API.FORBIDDEN': 403,
  'API.ROW_NOT_FOUND': 404,
  'API.ROUTE_UNKNOWN': 404,
  'API.VERSION_MISSING': 428,
  'API.VERSION_CHANGED': 412,
  'API.LEGACY_GONE': 410,
  'API.TARGET_NOT_WRITTEN': 409,
  'API.TARGET_FOLLOWS': 409,
  'API.MIGRATION_UNKNOWN': 404,
  'API.JOB_RUNNING': 409,
  'API.JOB_NONE': 409,
  ...Object.fromEntries(asThingsStand.map((code) => [code, 409])),
  'VERIFIER.VERIFICATION_UNKNOWN': 404,
  'VERIFIER.FIX_UNKNOWN': 404,
  'PROXIES.ROW_REFUSED': 422,
  'DUAL_WRITE.ROW_REFUSED': 422,
  'API.ROW_REFUSED': 422,
  'DATABASE.VALUE_INVALID': 422,
}

/** The HTTP status of a failure: 4xx where the request must change, 503 where the same one may succeed later. */
export function statusOf({ code, retriable }: Pick<Failure, 'code' | 'retriable'>): number {
  const known = byCode[code]
  if (known !== undefined) return known
  if (retriable) return 503
  return code.startsWith('API.') ? 400 : 500
}
