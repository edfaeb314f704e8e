import type { Database } from '@changeover/database'
import type { Check } from '../checks/check.ts'
import { captureDrift } from '../capture-drift.ts'
import type { Migration } from '../define-migration.ts'
import { phaseOf } from '../phase-of.ts'

/** Whether legacy refuses every direct write: what an abstract model is to an application, a guard is to all of them. */
export function guardCheck(database: Database, migration: Migration): Check {
  return {
    name: 'legacy-read-only',
    claim: 'legacy refuses direct writes of every client',
    async look() {
      const phase = (await phaseOf(database, migration.name))?.phase
      if (phase === undefined) return { notApplicable: 'nothing is installed' }
      if (phase.name === 'contracted') return { notApplicable: 'legacy is archived' }
      if (phase.flags?.legacyReadOnly !== true) return { notApplicable: `legacy is written in ${phase.name}` }
      const problems = await captureDrift(database, migration)
      return { evidence: 'the triggers that refuse them compared with the catalog', problems }
    },
  }
}
