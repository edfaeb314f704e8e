import { operatorName } from './operator-name.ts'
import type { Job } from './perform.ts'
import type { Session } from './session.ts'

/** What was asked for, as the audit trail keeps it. */
export interface Asked {
  readonly what: string
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * A job that changes something: who asked for it is recorded before it begins, and what cannot be recorded is not done. Where nothing is
 * installed there is no trail yet: what makes one is recorded right after.
 */
export function recorded(asked: Asked, job: Job): Job {
  return async (session) => {
    const isBefore = await hasTrail(session)
    if (isBefore) await record(session, asked)
    const outcome = await job(session)
    if (!isBefore && (await hasTrail(session))) await record(session, asked)
    return outcome
  }
}

async function hasTrail({ database, migration }: Session): Promise<boolean> {
  const { phaseOf } = await engines()
  if ((await phaseOf(database, migration.name)) === undefined) return false
  const { rows } = await database.query<{ found: boolean }>(
    `select to_regclass('changeover.operation') is not null as found`,
  )
  return rows[0]?.found === true
}

async function record(
  { database, migration, environment }: Session,
  { what, details = {} }: Asked,
): Promise<void> {
  const { recordOperation } = await engines()
  const by = operatorName(environment)
  const reason = 'by the command line'
  return recordOperation(database, { migration: migration.name, what, by, reason, details })
}

/** Loaded where a job begins: help needs none of them. */
const engines = () => import('@changeover/migration')
