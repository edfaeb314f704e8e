import { describeFailure } from '@changeover/errors'
import type { MappingLoss, Plan, PlannedMapping, PlannedStep, RuleLoss } from '@changeover/migration'
import { unresolvedText } from '@changeover/verifier'
import { boxTable } from './box-table.ts'

type Holding = RuleLoss['forward']

/** The plan as people read it. */
export function planText(plan: Plan): string {
  return [
    `Plan of ${plan.migration}: ${plan.mappings.map(({ mapping }) => mapping).join(', ')} → ${plan.targetModel}`,
    '',
    'Order',
    ...plan.mappings.map(orderLine),
    '',
    'Steps',
    ...plan.steps.flatMap(stepLines),
    '',
    ...plan.mappings.flatMap(lossLines),
    ...indexLines(plan.unmatchedIndexes ?? []),
    ...(plan.problems.length === 0 ? [] : ['Problems', ...plan.problems.map(indentedFailure), '']),
    summary(plan),
    `Next: ${plan.next.command} (${plan.next.why})`,
  ].join('\n')
}

function orderLine({ mapping, legacy, target, after, loss }: PlannedMapping, index: number): string {
  const rows = loss === null ? '' : `, ${loss.rows} rows`
  const needs = after.length === 0 ? '' : ` (after ${after.join(', ')})`
  return `  ${index + 1}. ${mapping}: ${legacy} → ${target}${rows}${needs}`
}

function stepLines({ title, condition, problems, statements }: PlannedStep): readonly string[] {
  if (condition === 'done') return [`  ✓ ${title}`]
  const ddl = statements.flatMap((text) => `${text};`.split('\n').map((line) => `      ${line}`))
  if (condition === 'later') return [`  · ${title} (later)`]
  return [`  • ${title} (${condition})`, ...problems.map((each) => `      ✗ ${each}`), ...ddl]
}

function lossLines({ mapping, loss }: PlannedMapping): readonly string[] {
  if (loss === null) return [`${mapping}: rows were not read, see the problems`, '']
  const header = ['Legacy', 'Target', 'Way there', 'Way back', 'Rows that break it']
  const table = boxTable(header, loss.rules.map(lossRow))
  return [
    `${mapping}, field by field (${loss.rows} rows)`,
    table,
    ...loss.rules.flatMap(noteLines),
    ...collisionLines(loss),
    ...loss.unresolved.map((value) => `  ? kept aside: ${unresolvedText(value)}`),
    '',
  ]
}

function indexLines(indexes: NonNullable<Plan['unmatchedIndexes']>): readonly string[] {
  if (indexes.length === 0) return []
  return [
    'Indexes without an equivalent: once the target leads, a legacy query by these reads all rows',
    ...indexes.map(
      ({ table, index, columns, why }) => `  ${table} (${columns.join(', ')}), ${index}: ${why}`,
    ),
    '',
  ]
}

function lossRow({ legacy, target, forward, backward, ...counts }: RuleLoss): readonly string[] {
  const residue = forward.holds === 'residue' ? forward.in : []
  const shown = target.filter((slot) => !residue.includes(slot))
  return [listText(legacy), listText(shown), holdingWord(forward), holdingWord(backward), countText(counts)]
}

/** What the two words of the table leave out. */
function noteLines({ legacy, target, forward, backward }: RuleLoss): readonly string[] {
  const name = listText(legacy.length > 0 ? legacy : target)
  const notes = [
    ...(forward.holds === 'all' ? [] : [`there: ${noteText(forward)}`]),
    ...(backward.holds === 'all' ? [] : [`back: ${noteText(backward)}`]),
  ]
  return notes.map((note) => `  ${name} ${note}`)
}

function listText(names: readonly string[]): string {
  return names.join(', ') || '–'
}

function holdingWord({ holds }: Holding): string {
  return { all: 'exact', residue: 'kept', part: 'in part' }[holds]
}

function noteText(holding: Holding): string {
  if (holding.holds === 'all') return 'exact'
  return holding.holds === 'residue' ? `what has no place is kept in ${holding.in.join(', ')}` : holding.why
}

function countText({
  refused,
  changed,
  firstKey,
}: Pick<RuleLoss, 'refused' | 'changed' | 'firstKey'>): string {
  const counts = [
    ...(refused === 0 ? [] : [`${refused} cannot be mapped`]),
    ...(changed === 0 ? [] : [`${changed} come back different`]),
  ]
  return counts.length === 0 ? '0' : `${counts.join(', ')} (first: ${firstKey})`
}

function collisionLines({ collisions }: MappingLoss): readonly string[] {
  return collisions.map(
    ({ fields, keys, rows }) =>
      `  ✗ ${rows} rows would have the same ${fields}: ${keys.join(', ')}${rows > keys.length ? ', …' : ''}`,
  )
}

function indentedFailure(problem: Plan['problems'][number]): string {
  return `  ✗ ${describeFailure(problem).replaceAll('\n', '\n  ')}`
}

function summary({ problems, brokenRows }: Plan): string {
  if (problems.length === 0 && brokenRows === 0) return '✓ Nothing is in the way, and no row would be lost.'
  const counts = [
    ...(problems.length === 0 ? [] : [`${problems.length} problems are in the way`]),
    ...(brokenRows === 0 ? [] : [`${brokenRows} times a row breaks a rule`]),
  ]
  return `✗ ${counts.join('; ')}.`
}
