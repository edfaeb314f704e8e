import { advisoryLock, type Database } from '@changeover/database'
import { ident, sql } from '@changeover/mapping/sql'
import { choiceFields } from '../choice-fields.ts'
import { populateChoices } from '../populate.ts'
import { leads } from './leads.ts'

/**
 * Fills an empty table of leads with sample data of three tenants, the same every time, and gives each tenant its choices; says
 * whether it did. Two tenants have made a choice of the same name, and each has labels of its own.
 */
export async function seedChoices(database: Database): Promise<boolean> {
  const filled = await database.transaction(async (tx) => {
    await advisoryLock(tx, 'changeover choices seed')
    const { rows } = await tx.query<{ empty: boolean }>('SELECT NOT EXISTS (SELECT FROM lead) AS empty')
    if (rows[0]?.empty !== true) return false
    await tx.query(
      `INSERT INTO industry (tenant_id, name, label) VALUES (1, 'tech', 'High-Tech'), (1, 'naïve', 'Naïve art'), (2, 'space', 'Space'), (3, 'space', 'Räume')`,
    )
    const columns = choiceFields.map(({ column }) => ident(column).text).join(', ')
    await tx.query(
      sql`INSERT INTO lead (tenant_id, first_name, last_name, email, company, lead_score, annual_revenue, created_at, updated_at, ${{ text: columns }})
        SELECT * FROM jsonb_to_recordset($1::jsonb) AS row(tenant_id bigint, first_name text, last_name text, email text, company text,
          lead_score int, annual_revenue numeric, created_at timestamptz, updated_at timestamptz, industry text, lead_source text, status text, marketing_channel text)`
        .text,
      [JSON.stringify(leads())],
    )
    await populateChoices(tx)
    return true
  })
  if (filled) await database.query('analyze')
  return filled
}
