import {
  inspect,
  type MappingLoss,
  measureLoss,
  type MigrationState,
  plan as makePlan,
  problemsOf,
  requireLegacy,
  type UnmatchedIndex,
  unmatchedIndexes,
} from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { planText } from '../render/plan-text.ts'
import type { Session } from '../session.ts'

/** What would happen to each field and row. Mappings whose tables have drifted are not counted. */
export async function plan({ database, migration, talk }: Session): Promise<Outcome> {
  await requireLegacy(database, migration)
  const state = await inspect(database, migration)
  const losses: MappingLoss[] = []
  for (const mapping of migration.ordered) {
    const drift = state.mappings.find((each) => each.mapping === mapping.name)?.drift ?? []
    if (drift.length > 0 || cannotRead(state, mapping.legacy.name)) continue
    talk.progress(`Counting what ${mapping.name} cannot map …`)
    losses.push(await measureLoss(database, mapping))
  }
  talk.progress('Comparing indexes …')
  const made = makePlan(migration, state, losses, await indexesOf(database, migration, state))
  const clean = made.problems.length === 0 && made.brokenRows === 0
  return { exitCode: clean ? exitCodes.fine : exitCodes.findings, data: made, text: planText(made) }
}

/** Null where the tables are not as the mappings say, or this user may not make a view: the plan says so already. */
async function indexesOf(
  database: Session['database'],
  migration: Session['migration'],
  state: MigrationState,
): Promise<readonly UnmatchedIndex[] | null> {
  if (problemsOf(state).length > 0) return null
  const isInstalled = state.steps.some(({ id, condition }) => id === 'proxies' && condition === 'done')
  return unmatchedIndexes(database, migration, { isInstalled })
}

function cannotRead(state: Awaited<ReturnType<typeof inspect>>, table: string): boolean {
  return state.privileges.some(
    ({ values }) => values['privilege'] === 'SELECT' && String(values['object']).endsWith(table),
  )
}
