import type { Database } from '@changeover/database'
import { schemaDrift } from '@changeover/sync'
import type { Check } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { phaseOf } from '../phase-of.ts'
import { isOpen, type StepState, stepStates } from '../step-state.ts'

/** Whether tables, triggers, views and indexes are as the migration wants them. */
export function installedChecks(database: Database, migration: Migration): readonly Check[] {
  return [
    {
      name: 'tables',
      claim: 'the tables are as the mappings describe them',
      look: () => tables(database, migration),
    },
    {
      name: 'installed',
      claim: 'triggers, views, indexes and books are as they were installed',
      look: () => installed(database, migration),
    },
  ]
}

async function tables(database: Database, migration: Migration) {
  if (await isContracted(database, migration)) return { notApplicable: 'legacy is archived' }
  const problems = []
  for (const mapping of migration.mappings) problems.push(...(await schemaDrift(database, mapping)))
  return { evidence: `${migration.mappings.length} mappings compared with the catalog`, problems }
}

async function installed(database: Database, migration: Migration) {
  if (await isContracted(database, migration)) return { notApplicable: 'legacy is archived' }
  const states = await stepStates(database, migration)
  const open = states.filter(isOpen)
  return {
    evidence: `${states.length - open.length} of ${states.length} steps as they should be`,
    problems: open.map((each) =>
      errors.STEP_OPEN.problem({ migration: migration.name, step: each.title, said: saidOf(each) }),
    ),
  }
}

async function isContracted(database: Database, { name }: Migration): Promise<boolean> {
  return (await phaseOf(database, name))?.phase.name === 'contracted'
}

function saidOf({ condition, problems }: StepState): string {
  return problems.length === 0 ? condition : `${condition} (${problems.join('; ')})`
}
