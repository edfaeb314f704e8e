import type { BackfillState } from '@changeover/backfill'
import { isOpen, type Migration, problemsOf, type Status } from '@changeover/migration'
import { boxTable } from './box-table.ts'
import { durationText, numberText, throttleText } from './progress-text.ts'

/** The status as people read it. */
export function statusText({ name, targetModel, flags: names }: Migration, status: Status): string {
  const { flags, state, next } = status
  const problems = problemsOf(state)
  return [
    `${name} → ${targetModel}, on PostgreSQL ${state.server.text} as ${state.user}`,
    `Phase: ${phaseText(status)} (${names.useTarget}=${flags.useTarget} ${names.dualWrite}=${flags.dualWrite} ${names.legacyReadOnly}=${flags.legacyReadOnly})`,
    `Installed: ${installedText(status)}`,
    `Verified: ${verifiedText(status)}`,
    ...driftLines(status),
    `Way back: ${wayBackText(status)}`,
    boxTable(
      ['Mapping', 'Backfill', 'Rows done', 'Left', 'In quarantine'],
      state.mappings.map(({ mapping, backfill }) => [mapping, ...backfillCells(backfill)]),
    ),
    ...healthLines(status),
    ...throttleLines(state.mappings),
    ...failureLines(state.mappings),
    ...problems.map(({ message, fix }) => `✗ ${message} ${fix}`),
    `Next: ${next.command} (${next.why})`,
  ].join('\n')
}

function phaseText({ flags: { phase, stored } }: Status): string {
  if (stored === undefined) return `${phase.name} as the environment says, none is stored`
  const fenced = stored.fencedAt === undefined ? ', not fenced' : ''
  return `${phase.name}, epoch ${stored.epoch} since ${stored.since}${fenced}`
}

function installedText({ state: { steps } }: Status): string {
  const todo = steps.filter(isOpen)
  if (todo.length === 0) return 'yes'
  if (todo.length === steps.length) return 'no'
  return `in part; ${todo.map(stepText).join('; ')}`
}

function stepText({ title, condition, problems }: Status['state']['steps'][number]): string {
  return `${condition}: ${title}${problems.length === 0 ? '' : ` (${problems.join('; ')})`}`
}

function verifiedText({ verification, certificate }: Status): string {
  if (verification === null) return 'never'
  const last = `${verification.verdict} (${verification.finishedAt})`
  if (certificate === null) return last
  const validity = certificate.isCurrent ? '' : ', of an older mapping'
  return `${last}; certificate ${certificate.id}, ${durationText(certificate.ageSeconds)} old${validity}`
}

const shownDrift = 8

/** Oldest first, as one reads a line of time. */
function driftLines({ drift }: Status): readonly string[] {
  if (drift.length < 2) return []
  const figures = drift.slice(0, shownDrift).toReversed()
  return [
    `Wrong rows of the last verifications: ${figures.map(({ wrongRows }) => numberText(wrongRows)).join(', ')}`,
  ]
}

function wayBackText({ rehearsal, flags: { stored } }: Status): string {
  if (rehearsal === null) return 'not rehearsed'
  const sum = (of: 'rows' | 'lostRows') => rehearsal.mappings.reduce((total, each) => total + each[of], 0)
  const fields = rehearsal.mappings.flatMap(({ mapping, lostFields }) =>
    lostFields.map((field) => `${mapping}.${field}`),
  )
  const lost = sum('lostRows')
  return [
    `${numberText(lost)} of ${numberText(sum('rows'))} rows could not be given back`,
    ...(fields.length === 0 ? [] : [` (${fields.join(', ')})`]),
    ...(rehearsal.isComplete ? [] : [', and not every row could be tried']),
    `, as rehearsed ${durationText(rehearsal.ageSeconds)} ago`,
    ...(rehearsal.epoch === stored?.epoch ? [] : [' in another phase']),
  ].join('')
}

function backfillCells(backfill: BackfillState | null): readonly string[] {
  if (backfill === null) return ['not begun', '0', '?', '0']
  const { state, rowsDone, rowsRemaining, quarantined, secondsSinceProgress } = backfill
  const silent = state === 'running' ? ` (last batch ${durationText(secondsSinceProgress)} ago)` : ''
  return [`${state}${silent}`, ...[rowsDone, rowsRemaining, quarantined].map(numberText)]
}

function throttleLines(mappings: Status['state']['mappings']): readonly string[] {
  return mappings.flatMap(({ mapping, backfill }) =>
    backfill?.throttle ? [`${mapping} is backfilled ${throttleText(backfill.throttle)}`] : [],
  )
}

function failureLines(mappings: Status['state']['mappings']): readonly string[] {
  return mappings.flatMap(({ mapping, backfill }) =>
    backfill?.failure ? [`✗ ${mapping}: ${backfill.failure.code}: ${backfill.failure.message}`] : [],
  )
}

function healthLines({ health, shadow }: Status): readonly string[] {
  if (health === null) return []
  const why = health.reasons.length === 0 ? '' : `: ${health.reasons.join(', ')}`
  return [`Health: ${health.score} of 100${why}`, ...(shadow.length === 0 ? [] : [shadowTable(shadow)])]
}

/** Noise is what the legacy side says otherwise when it is asked twice. */
function shadowTable(shadow: Status['shadow']): string {
  const ms = (time: number) => `${time.toFixed(1)} ms`
  return boxTable(
    ['Shadow reads', 'Compared', 'Differ', 'Not compared', 'Noise', 'Legacy', 'Target'],
    shadow.map((each) => [
      each.operation,
      ...[each.reads, each.mismatches, each.uncompared].map(numberText),
      `${each.noiseMismatches} of ${each.noiseReads}`,
      ms(each.controlMs),
      ms(each.candidateMs),
    ]),
  )
}
