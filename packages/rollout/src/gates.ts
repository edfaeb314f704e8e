import type { Facts, GateLimits } from './observations.ts'
import { disagreements } from './instance.ts'

/** What a closed gate says: why, and the one thing to do. */
export interface Closed {
  readonly why: string
  /** One imperative sentence, with the command to type. */
  readonly fix: string
}

/** One condition of a transition. */
export interface Gate {
  /** What is true when it is open. */
  readonly claim: string
  /** Whether an operator may pass it although it is closed: never where acknowledged writes would be lost. */
  readonly waivable: boolean
  /** Says why it is closed, or undefined when it is open. Pure. */
  judge(facts: Facts, limits: GateLimits): Closed | undefined
  /** What an open gate rests on, where that is less than one would think. Pure. */
  restsOn?(facts: Facts): string | undefined
}

type Judge = Gate['judge']

/** Every gate by name. */
export const gates = Object.freeze({
  'capture-installed': hard('Capture is installed and passed its self-test.', ({ phase, capture }) => {
    const fix = `Run: changeover install ${phase.migration}`
    if (capture === undefined) return { why: 'nobody looked whether capture is installed', fix }
    if (capture.problems.length > 0) return { why: capture.problems.join('; '), fix }
    return undefined
  }),
  'instances-agree': waivable('Every live instance has seen the phase, with one mapping.', (facts) => {
    const lagging = disagreements(facts.instances, facts.phase)
    if (lagging.length === 0) return undefined
    return {
      why: lagging.join('; '),
      fix: 'Deploy the same build everywhere, wait for a heartbeat, or end the instances that are named.',
    }
  }),
  fenced: hard('No transaction of the epoch before is left.', ({ phase }) =>
    phase.fencedAt === undefined
      ? {
          why: `the fence of epoch ${phase.epoch} was never passed`,
          fix: `Finish the last transition: changeover phase advance ${phase.migration} --to ${phase.phase.name}`,
        }
      : undefined,
  ),
  'backfill-finished': hard('The backfill is finished, and began after dual write did.', judgeBackfill),
  'quarantine-empty': waivable('No row is in quarantine.', ({ phase, quarantine }) => {
    const fix = `Mend the rows, then run: changeover quarantine ${phase.migration} --retry`
    if (quarantine === undefined) return { why: 'nobody looked into the quarantine', fix }
    return quarantine.rows > 0 ? { why: `${quarantine.rows} rows are in quarantine`, fix } : undefined
  }),
  'proxies-indexed': waivable(
    'The proxies have the indexes that legacy queries need.',
    ({ phase, proxyIndexes }) => {
      const fix = `Run: changeover install ${phase.migration}`
      if (proxyIndexes === undefined) return { why: 'nobody looked at the indexes of the proxies', fix }
      return proxyIndexes.problems.length > 0 ? { why: proxyIndexes.problems.join('; '), fix } : undefined
    },
  ),
  'outbox-empty': hard('No write is owed to the other side.', ({ outbox }) => {
    const fix = 'Let the repair worker drain changeover.outbox.'
    if (outbox === undefined) return { why: 'nobody looked into the outbox', fix }
    return outbox.rows > 0 ? { why: `${outbox.rows} rows are owed to the other side`, fix } : undefined
  }),
  'certificate-fresh': waivable(
    'A clean verification is recent, of this mapping and schema.',
    judgeCertificate,
  ),
  'shadow-agrees': waivable('Shadow reads agree.', judgeShadow),
  healthy: waivable('The health score is high enough.', ({ health }, { minHealth }) => {
    const fix = 'Look at the reasons, and wait until the score has recovered.'
    if (health === undefined) return { why: 'health is unknown', fix }
    if (health.score >= minHealth) return undefined
    return { why: `health is ${health.score} of at least ${minHealth}: ${health.reasons.join(', ')}`, fix }
  }),
  'replicas-fresh': waivable(
    'Replicas are near, so that whoever writes can soon read it there.',
    judgeReplicas,
  ),
  'reverse-proven': Object.freeze({
    ...hard('Real rows went to the target and came back as they were.', judgeReverse),
    restsOn: ({ reverse }: Facts) =>
      reverse?.isEverything === true && reverse.rows === 0
        ? 'legacy was counted, and holds no row that could come back'
        : undefined,
  }),
  'losses-accepted': waivable(
    'A rollback gives back everything.',
    ({ phase, losses }, { acceptedLossRows }) => {
      const fix = `List them: changeover phase rollback ${phase.migration} --dry-run`
      if (losses === undefined) return { why: 'nobody counted what a rollback could not give back', fix }
      if (losses.isComplete === false)
        return { why: `only ${losses.rowsTried ?? 0} rows were tried, and ${losses.rows} of them lost`, fix }
      if (losses.rows <= acceptedLossRows) return undefined
      return { why: `legacy cannot hold ${losses.fields.join(', ')} of ${losses.rows} rows`, fix }
    },
  ),
  'legacy-caught-up': hard('Legacy has every write of the target.', ({ phase }) =>
    phase.legacyStale
      ? {
          why: 'legacy was frozen while the target went on',
          fix: `Mend the rows that legacy cannot hold (changeover phase rollback ${phase.migration} --dry-run), then go to target-only and back: legacy catches up on the way.`,
        }
      : undefined,
  ),
  'read-from-legacy': hard('Every read comes from legacy.', ({ phase }) =>
    phase.readPercent > 0 || phase.readTenants.length > 0
      ? {
          why: `${phase.readPercent} % of reads and ${phase.readTenants.length} tenants come from the target, which would go stale`,
          fix: `Read from legacy first: changeover phase read-share ${phase.migration} --percent 0 --lower`,
        }
      : undefined,
  ),
  'legacy-unused': hard('Nobody has used legacy for long enough.', judgeUse),
  'backup-restorable': hard(
    'A backup was restored recently.',
    ({ phase, backup }, { backupMaxAgeSeconds }) => {
      const fix = `Restore a backup elsewhere, look at it, and record it: changeover contract backup-restored ${phase.migration}`
      if (backup === undefined) return { why: 'no restored backup is known', fix }
      if (backup.restoredSecondsAgo <= backupMaxAgeSeconds) return undefined
      return { why: `the last backup was restored ${backup.restoredSecondsAgo} s ago`, fix }
    },
  ),
  'confirmed-by-name': hard('The operator typed the name of the migration.', ({ phase, confirmedName }) =>
    confirmedName === phase.migration
      ? undefined
      : {
          why: 'the name was not typed',
          fix: `Type it: changeover contract archive ${phase.migration} --confirm ${phase.migration}`,
        },
  ),
}) satisfies Readonly<Record<string, Gate>>

export type GateName = keyof typeof gates

function judgeBackfill({ phase, backfill }: Facts): Closed | undefined {
  const fix = `Run: changeover backfill ${phase.migration}`
  if (backfill === undefined) return { why: 'no backfill is known', fix }
  if (backfill.state !== 'done')
    return { why: `the backfill is ${backfill.state} with ${backfill.rowsRemaining} rows to go`, fix }
  const { targetFedSince } = phase
  if (targetFedSince !== undefined && backfill.startedAt >= targetFedSince) return undefined
  const since = targetFedSince ?? 'no fence yet'
  return {
    why: `the backfill began at ${backfill.startedAt}, before every write reached the target (${since})`,
    fix: `Run it again: changeover backfill ${phase.migration} --restart`,
  }
}

function judgeCertificate({ phase, certificate }: Facts, limits: GateLimits): Closed | undefined {
  const fix = `Run: changeover verify ${phase.migration}`
  if (certificate === undefined) return { why: 'no clean verification is known', fix }
  if (certificate.invalid.length > 0) return { why: certificate.invalid.join('; '), fix }
  if (certificate.ageSeconds <= limits.certificateMaxAgeSeconds) return undefined
  const age = Math.round(certificate.ageSeconds)
  return { why: `the last one is ${age} s old, of ${limits.certificateMaxAgeSeconds} s at most`, fix }
}

function judgeShadow({ phase, shadow }: Facts, limits: GateLimits): Closed | undefined {
  const fix = `Let more shadow reads run, and look at: changeover status ${phase.migration}`
  if (shadow === undefined) return { why: 'no shadow reads are known', fix }
  if (shadow.reads < limits.shadowMinReads)
    return { why: `${shadow.reads} shadow reads of at least ${limits.shadowMinReads}`, fix }
  if (shadow.mismatches <= shadow.reads * limits.shadowMismatchRate) return undefined
  return { why: `${shadow.mismatches} of ${shadow.reads} shadow reads disagree`, fix }
}

function judgeReplicas({ replicas }: Facts, { maxReplicaLagSeconds }: GateLimits): Closed | undefined {
  const fix = 'Wait until they have caught up, or read from the primary.'
  if (replicas === undefined) return { why: 'nobody looked at the replicas', fix }
  const behind = replicas.filter(({ lagSeconds }) => lagSeconds === null || lagSeconds > maxReplicaLagSeconds)
  if (behind.length === 0) return undefined
  const names = behind.map(({ name, lagSeconds }) => `${name} (${lagSeconds ?? 'an unknown number of'} s)`)
  return { why: `replicas lag: ${names.join(', ')}`, fix }
}

function judgeReverse({ phase, reverse }: Facts, { reverseMinRows }: GateLimits): Closed | undefined {
  const fix = `Run: changeover phase rollback ${phase.migration} --dry-run`
  if (reverse === undefined) return { why: 'the way back was never tried', fix }
  if (reverse.failures > 0)
    return { why: `${reverse.failures} of ${reverse.rows} rows did not come back as they were`, fix }
  if (reverse.isEverything === true) return undefined
  return reverse.rows >= reverseMinRows ? undefined : { why: `only ${reverse.rows} rows were tried`, fix }
}

function judgeUse({ phase, legacyUse }: Facts, { disuseSeconds }: GateLimits): Closed | undefined {
  const look = `Look again later: changeover contract show ${phase.migration}`
  const fix = `Move them to the target, or to the proxies. ${look}`
  if (legacyUse === undefined) return { why: 'nobody watched who uses legacy', fix }
  const { users, dependents, watchedSeconds } = legacyUse
  if (users.length > 0) return { why: `legacy was used by ${users.join(', ')}`, fix }
  if (dependents.length > 0) return { why: `legacy is needed by ${dependents.join(', ')}`, fix }
  if (watchedSeconds >= disuseSeconds) return undefined
  return { why: `watched for ${Math.floor(watchedSeconds)} s of ${disuseSeconds} s`, fix: `Wait. ${look}` }
}

function hard(claim: string, judge: Judge): Gate {
  return Object.freeze({ claim, waivable: false, judge })
}

function waivable(claim: string, judge: Judge): Gate {
  return Object.freeze({ claim, waivable: true, judge })
}
