import {
  type ChoiceField,
  choiceFields,
  choiceSystem,
  choices,
  labelOf,
  listLeads,
} from '@changeover/choices'
import type { Database } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { type Measure } from './measure.ts'
import { sampleDatabase } from './sample-database.ts'
import { takeTurns } from './turns.ts'

const rounds = 60
const bound = 1.2

/** Lists of leads with their labels: from the tenant's own choices beside the hard-coded ones, turn by turn. */
export async function labels(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  say(`${rows} leads of a hundred tenants`)
  const database = await sampleDatabase(choiceSystem, serverUrl, rows)
  try {
    const sync = createSync(choices.mappings)
    for (const mapping of choices.ordered)
      await database.transaction((tx) => sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }))
    await database.query('VACUUM ANALYZE')
    const measures: Measure[] = []
    for (const limit of [20, 200])
      measures.push(
        await takeTurns(
          {
            name: `newest ${limit} leads of a tenant with four labels each`,
            bound,
            ours: (round) => listLeads(database, tenant(round), limit),
            other: (round) => listHardCoded(database, tenant(round), limit),
          },
          rounds,
        ),
      )
    return measures
  } finally {
    await database.close()
  }
}

const tenant = (round: number) => String(1000 + (round % 100))

/** As it was before: the old columns, and labels from the program. */
async function listHardCoded(database: Database, tenantId: string, limitRows: number) {
  const columns = choiceFields.map(({ field, column }) => `lead.${column} AS "${field}"`)
  const { rows } = await database.query<
    Record<ChoiceField['field'] | 'id' | 'name' | 'company', string | null>
  >(
    `SELECT lead.id::text AS id, concat_ws(' ', lead.first_name, lead.last_name) AS name, lead.company, ${columns.join(', ')}
       FROM lead WHERE lead.tenant_id = $1::bigint ORDER BY lead.created_at DESC, lead.id DESC LIMIT $2::int`,
    [tenantId, limitRows],
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    company: row.company,
    choices: Object.fromEntries(
      choiceFields.map(({ field }) => [
        field,
        { value: row[field], label: labelOf(field, row[field], null) },
      ]),
    ),
  }))
}
