import { type Check, type Profile, preflightChecks, runChecks } from '@changeover/migration'
import { apiSecurityCheck } from '../api/api-security-check.ts'
import { createApiClient } from '../api/api-client.ts'
import { calendarCheck } from '../api/calendar-check.ts'
import { phaseCheck } from '../api/phase-check.ts'
import { errors } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'
import { checksText } from '../render/checks-text.ts'
import type { Session } from '../session.ts'
import { testsCheck } from './tests-check.ts'

export interface PreflightSettings {
  readonly profile: Profile
  /** Of a running API. */
  readonly url?: string | undefined
  readonly token?: string | undefined
  /** The report of the tests. */
  readonly tests?: string | undefined
  readonly unusedSeconds?: number | undefined
}

/** Goes through the checklist of a profile. Nothing passes that was not read. */
export function preflight(settings: PreflightSettings): Job {
  return async (session) => {
    const { database, migration, environment, folder } = session
    const { profile, unusedSeconds: disuseSeconds } = settings
    const checks = await runChecks([
      ...(profile === 'before-deploy' ? [testsCheck(folder, settings.tests)] : []),
      ...preflightChecks(database, migration, { profile, environment, disuseSeconds }),
      ...apiChecks(session, settings),
    ])
    const isFit = checks.every(({ outcome }) => outcome !== 'fail')
    return {
      exitCode: isFit ? exitCodes.fine : exitCodes.unfit,
      data: { migration: migration.name, profile, checks },
      text: [`Preflight of ${migration.name}: ${profile}`, checksText(checks)].join('\n'),
    }
  }
}

/** Of the running API. Before a deployment it may not run yet; afterwards it must. */
function apiChecks(
  { migration, environment }: Session,
  { profile, url, token }: PreflightSettings,
): readonly Check[] {
  if (url !== undefined) {
    const api = createApiClient({ url, token })
    return [phaseCheck(api, migration, { environment }), calendarCheck(api), apiSecurityCheck(api)]
  }
  const look: Check['look'] =
    profile === 'production'
      ? async () => ({ evidence: 'no --url was given', problems: [errors.API_UNNAMED.problem({ profile })] })
      : async () => ({ notApplicable: `no --url was given, and ${profile} needs no running API` })
  return [
    { name: 'api-flags', claim: 'the API acts by the phase that the flags mean', look },
    { name: 'calendar', claim: 'the calendar feed answers with all types of work', look },
    { name: 'api-secured', claim: 'the API is secured', look },
  ]
}
