import { randomUUID } from 'node:crypto'
import { type CheckResult, runChecks } from '@changeover/migration'
import { type ApiClient, createApiClient } from '../api/api-client.ts'
import { calendarCheck } from '../api/calendar-check.ts'
import { phaseCheck } from '../api/phase-check.ts'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'
import { checksText } from '../render/checks-text.ts'
import type { Session } from '../session.ts'
import { collectionChecks } from '../smoke/collection-checks.ts'
import { collectionsOf } from '../smoke/collections.ts'
import { itemChecks } from '../smoke/item-checks.ts'
import { interrupted, stopping } from '../smoke/stopping.ts'
import { createTraces, removeTraces, type Traces } from '../smoke/traces.ts'

export interface SmokeSettings {
  readonly url: string
  readonly token?: string | undefined
}

/** Tries a running API: makes work, looks at it from every side, and takes it away again whatever happened. */
export function smoke(settings: SmokeSettings): Job {
  return async (session) => {
    const api = createApiClient(settings)
    const { migration, signal } = session
    const traces = createTraces(stopping(api, signal), randomUUID())
    let checks: readonly CheckResult[] = []
    try {
      checks = await tried(session, stopping(api, signal), traces)
    } finally {
      const [left] = await runChecks([cleaning(api, traces)])
      checks = left === undefined ? checks : [...checks, left]
    }
    if (signal.aborted && checks.at(-1)?.outcome !== 'fail') throw interrupted(api)
    const isSound = checks.every(({ outcome }) => outcome !== 'fail')
    return {
      exitCode: isSound ? exitCodes.fine : exitCodes.findings,
      data: { migration: migration.name, url: api.url, checks },
      text: [`Smoke test of ${api.url}`, checksText(checks)].join('\n'),
    }
  }
}

async function tried(
  { migration, environment }: Session,
  api: ApiClient,
  traces: Traces,
): Promise<readonly CheckResult[]> {
  // An API that does not describe itself is found by the other checks.
  const collections = await collectionsOf(api).catch(() => [])
  return runChecks([
    phaseCheck(api, migration, { environment }),
    ...itemChecks(api, traces),
    ...collectionChecks(api, traces, collections),
    calendarCheck(api),
  ])
}

function cleaning(api: ApiClient, { title, touched }: Traces) {
  return {
    name: 'cleaned-up',
    claim: 'nothing of the smoke test is left',
    async look() {
      const left = []
      for (const place of touched) left.push(...(await removeTraces(api, place, title)))
      return { evidence: `everything named ${title} was deleted`, problems: left }
    },
  }
}
