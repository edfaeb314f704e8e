import type { Database } from '@changeover/database'
import { ident, join, literal, sql } from '@changeover/mapping/sql'
import { choiceFields } from '../choice-fields.ts'
import { populateChoices } from '../populate.ts'

/** Tenants whose leads are generated, beside those of the sample data. */
const tenants = 100

/**
 * Adds many leads of a hundred tenants for measurements, some values without a choice. The choices are there before
 * nearly all of them, so that they do not take them along. Cost: six statements; then ANALYZE.
 */
export async function generateLeads(database: Database, count: number): Promise<void> {
  const columns = join(choiceFields.map(({ column }) => ident(column)))
  const values = choiceFields.map(({ hardCoded }, place) => {
    const names = Object.keys(hardCoded)
    const name = sql`(ARRAY[${join(names.map(literal))}])[1 + (n / ${literal(tenants)} + ${literal(place)}) % ${literal(names.length)}]`
    return sql`CASE WHEN n % 20 = ${literal(place)} THEN 'as typed ' || n % 7 ELSE ${name} END`
  })
  const insert =
    sql`INSERT INTO lead (tenant_id, first_name, last_name, email, company, lead_score, annual_revenue, ${columns})
    SELECT 1000 + n % ${literal(tenants)}, 'Ada', 'Lead ' || n, 'lead' || n || '@example.com', 'Company ' || n % 5000, n % 101, n * 1.25, ${join(values)}
    FROM generate_series($1::int, $2::int) AS n`.text
  await database.transaction(async (tx) => {
    await tx.query(insert, [1, Math.min(tenants, count)])
    await populateChoices(tx)
    await tx.query(insert, [tenants + 1, count])
  })
  await database.query('ANALYZE')
}
