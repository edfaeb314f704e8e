import type { PhaseChange, Rehearsal } from '@changeover/migration'
import type { Arrow, TransitionPlan, Verdict } from '@changeover/rollout'
import { keyText } from '@changeover/verifier'
import { durationText, numberText } from './progress-text.ts'

/** Gates, then steps. */
export function planLines({ verdicts, steps }: TransitionPlan): readonly string[] {
  return [
    'Gates:',
    ...verdicts.flatMap(verdictLines),
    'Steps:',
    ...steps.map((each, index) => `  ${index + 1}. ${each}`),
  ]
}

const marks = { open: '✓', waived: '~', closed: '✗' } as const

function verdictLines({ gate, claim, state, why, fix, waivable }: Verdict): readonly string[] {
  const mark = `  ${marks[state]} ${gate}`
  if (state === 'open') return [`${mark}: ${claim}`]
  const waive = state === 'closed' && waivable ? ` Or pass it by name: --waive ${gate}` : ''
  return [`${mark} (${state}): ${why ?? claim}`, `      ${fix ?? ''}${waive}`]
}

/** What the way back would give back, and what it could not. */
export function rehearsalLines({ from }: Pick<Arrow, 'from'>, rehearsal: Rehearsal): readonly string[] {
  const { mappings, isComplete, seconds, oldestTransactionSeconds } = rehearsal
  const catchUp = from === 'target-only' ? seconds : 0
  return [
    `Rehearsal (${isComplete ? 'every row' : 'a part of the rows'}, rolled back):`,
    ...mappings.flatMap(({ mapping, rows, behind, lostRows, lostFields, lost }) => [
      `  ${mapping}: ${numberText(rows)} rows tried, ${numberText(behind)} would be written to legacy, ${numberText(lostRows)} could not be given back${lostRows === 0 ? '' : ` (${lostFields.join(', ')})`}`,
      ...lost.map(({ key, field, why }) => `    ${mapping} ${keyText(key)}: ${field} ${why}`),
    ]),
    `  Estimated time: ${durationText(catchUp)} to catch up, beyond the longest open transaction (now ${durationText(oldestTransactionSeconds)})`,
  ]
}

/** What a change of phase led to. */
export function changeLines({ phase, changed, resumed, verdicts, caughtUp }: PhaseChange): readonly string[] {
  const waived = verdicts.filter(({ state }) => state === 'waived')
  return [
    ...waived.map(({ gate, why }) => `~ waived ${gate}: ${why ?? ''}`),
    ...(caughtUp
      ? [
          `${caughtUp.lost.length === 0 ? '✓' : '✗'} Legacy caught up: ${numberText(caughtUp.written)} rows written, ${caughtUp.lost.length} could not be given back`,
        ]
      : []),
    `✓ ${phase.migration} is in ${phase.phase.name}, epoch ${phase.epoch}${changed ? '' : ' (as before)'}${resumed ? '; went on with a transition that was begun before' : ''}`,
  ]
}
