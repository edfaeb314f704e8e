import type { Database } from '@changeover/database'
import type { Arrow } from './arrow.ts'
import { errors } from './errors.ts'
import type { GateName } from './gates.ts'
import { gatherFacts, requirePhase } from './gather-facts.ts'
import { closedOf, judge, type JudgeOptions, type Verdict } from './judge.ts'
import type { Observations } from './observations.ts'
import { phaseLockSql } from './phase-lock.ts'
import { sharesReads } from './read-share.ts'
import type { StoredPhase } from './stored-phase.ts'

/** Which share of reads is wanted, by whom and why. */
export interface ReadShareRequest {
  readonly migration: string
  /** 0..100. */
  readonly percent: number
  /** Tenants that read from the target whatever their bucket; none unless given. */
  readonly tenants?: readonly string[]
  /** `raise` refuses to take anybody back who reads from the target already. */
  readonly direction: 'raise' | 'lower'
  readonly by: string
  readonly reason: string
}

export interface ReadShareOptions extends Pick<JudgeOptions, 'limits' | 'waive'> {
  readonly observe: (phase: StoredPhase) => Promise<Observations>
}

/** What must be true before anybody reads from a target that does not lead yet. */
const readGates: readonly GateName[] = [
  'fenced',
  'backfill-finished',
  'quarantine-empty',
  'outbox-empty',
  'certificate-fresh',
  'replicas-fresh',
]

/**
 * Changes who reads from the target. The authority stays, and so does the epoch.
 *
 * Errors: ROLLOUT.PHASE_MISSING, READ_SHARE_INVALID, READ_SHARE_FIXED, READ_SHARE_LOWERED, GATES_CLOSED, EPOCH_MOVED.
 */
export async function setReadShare(
  database: Database,
  request: ReadShareRequest,
  options: ReadShareOptions,
): Promise<StoredPhase> {
  const { migration, percent, tenants = [] } = request
  if (!(percent >= 0 && percent <= 100)) throw errors.READ_SHARE_INVALID({ percent })
  const stored = await requirePhase(database, migration)
  if (!sharesReads(stored)) throw errors.READ_SHARE_FIXED({ migration, phase: stored.phase.name })
  const isLower = percent < stored.readPercent || stored.readTenants.some((each) => !tenants.includes(each))
  if (isLower && request.direction === 'raise') throw lowered(request, stored)
  const verdicts = await pass(database, stored, request, options)
  await write(database, stored, request, verdicts)
  return requirePhase(database, migration)
}

async function pass(
  database: Database,
  stored: StoredPhase,
  { migration, direction }: ReadShareRequest,
  { observe, limits, waive }: ReadShareOptions,
): Promise<readonly Verdict[]> {
  if (direction === 'lower' || stored.phase.authority === 'target') return []
  const facts = await gatherFacts(database, migration, {
    observe,
    gates: readGates,
    ...(limits && { limits }),
  })
  const verdicts = judge(readArrow, facts, { ...(limits && { limits }), ...(waive && { waive }) })
  const closed = closedOf(verdicts).map(({ gate, why = '', fix = '' }) => ({ gate, why, fix }))
  if (closed.length > 0) throw errors.GATES_CLOSED({ migration, to: 'a larger read share', closed })
  return verdicts
}

const readArrow: Pick<Arrow, 'gates'> = { gates: readGates }

function write(
  database: Database,
  stored: StoredPhase,
  request: ReadShareRequest,
  verdicts: readonly Verdict[],
): Promise<void> {
  const { migration, percent, tenants = [], by, reason } = request
  return database.transaction(async (tx) => {
    await tx.query(`select ${phaseLockSql(migration)}`)
    const { rowCount } = await tx.query(
      `with changed as (
         update changeover.phase set read_percent = $3, read_tenants = $4::text[], version = version + 1
          where migration = $1 and version = $2::bigint returning phase, epoch)
       insert into changeover.phase_history (migration, what, from_phase, to_phase, epoch, by, reason, gates, details)
       select $1, 'read-share', phase, phase, epoch, $5, $6, $7::jsonb, jsonb_build_object('percent', $3::float8, 'tenants', $4::text[])
         from changed`,
      [migration, stored.version, percent, [...tenants], by, reason, JSON.stringify(verdicts)],
    )
    if (rowCount === 0)
      throw errors.EPOCH_MOVED({ migration, expected: stored.epoch, phase: 'changed by somebody else' })
  })
}

function lowered({ migration, percent, tenants = [] }: ReadShareRequest, stored: StoredPhase) {
  const text = (share: number, names: readonly string[]) =>
    `${share} %${names.length === 0 ? '' : ` and ${names.join(', ')}`}`
  return errors.READ_SHARE_LOWERED({
    migration,
    from: text(stored.readPercent, stored.readTenants),
    to: text(percent, tenants),
  })
}
