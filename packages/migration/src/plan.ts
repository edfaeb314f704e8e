import type { Problem } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import type { Migration } from './define-migration.ts'
import type { MigrationState } from './inspect.ts'
import type { MappingLoss } from './measure-loss.ts'
import { type NextCommand, nextCommand } from './next-command.ts'
import type { StepCondition } from './step-state.ts'
import { statementText, stepsOf } from './steps.ts'
import type { UnmatchedIndex } from './unmatched-indexes.ts'

/** A mapping in its place in the order. */
export interface PlannedMapping {
  readonly mapping: string
  readonly legacy: string
  readonly target: string
  /** The mappings whose rows must be there first. */
  readonly after: readonly string[]
  /** The counts of real rows; null where they could not be read, see the problems. */
  readonly loss: MappingLoss | null
}

export interface PlannedStep {
  readonly id: string
  readonly title: string
  readonly condition: StepCondition
  /** What is wrong with it, where that is known. */
  readonly problems: readonly string[]
  /** Empty where the engine makes them from what it finds in the database. */
  readonly statements: readonly string[]
}

/** What would be done, and what stands in the way: data. */
export interface Plan {
  readonly migration: string
  readonly targetModel: string
  readonly mappings: readonly PlannedMapping[]
  readonly steps: readonly PlannedStep[]
  /** What keeps the migration from being installed or run. */
  readonly problems: readonly Problem[]
  /** Rows that would go to quarantine or come back different. */
  readonly brokenRows: number
  /** Indexes of legacy tables that the proxies cannot have; null where nobody looked. */
  readonly unmatchedIndexes: readonly UnmatchedIndex[] | null
  readonly next: NextCommand
}

/** Makes the plan from what was found. Pure. */
export function plan(
  migration: Migration,
  state: MigrationState,
  losses: readonly MappingLoss[],
  indexes: readonly UnmatchedIndex[] | null = null,
): Plan {
  const problems = problemsOf(state)
  const found = new Map(state.steps.map((each) => [each.id, each]))
  return {
    migration: migration.name,
    targetModel: migration.targetModel,
    mappings: migration.ordered.map((mapping) => plannedMapping(mapping, losses)),
    steps: stepsOf(migration).map(({ id, title, statements }) => ({
      id,
      title,
      condition: found.get(id)?.condition ?? 'missing',
      problems: found.get(id)?.problems ?? [],
      statements: statements.map(statementText),
    })),
    problems,
    brokenRows: losses.reduce((sum, loss) => sum + brokenRowsOf(loss), 0),
    unmatchedIndexes: indexes,
    next: nextCommand(migration, state, problems),
  }
}

/** Everything that is in the way, drift first. */
export function problemsOf({ mappings, privileges }: MigrationState): readonly Problem[] {
  const all = [...mappings.flatMap(({ drift }) => drift), ...privileges]
  return all.filter((each, index) => all.findIndex(({ message }) => message === each.message) === index)
}

function plannedMapping(mapping: Mapping, losses: readonly MappingLoss[]): PlannedMapping {
  return {
    mapping: mapping.name,
    legacy: mapping.legacy.name,
    target: mapping.target.name,
    after: [...mapping.refersTo.values()].filter((other) => other !== mapping).map(({ name }) => name),
    loss: losses.find((each) => each.mapping === mapping.name) ?? null,
  }
}

function brokenRowsOf({ rules, collisions }: MappingLoss): number {
  const broken = rules.reduce((sum, { refused, changed }) => sum + refused + changed, 0)
  return collisions.reduce((sum, { rows }) => sum + rows, broken)
}
