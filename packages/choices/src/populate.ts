import type { Queryable } from '@changeover/database'
import { ident, join, literal, sql } from '@changeover/mapping/sql'
import { choiceFields } from './choice-fields.ts'

/**
 * Gives every tenant that has leads the hard-coded choices as its own, and returns how many are new. A choice of that name which
 * is there already stays as the tenant has made it, and one that the tenant has deleted or renamed does not come back.
 *
 * Cost: one statement for each choice table. Safe to run again, also beside others.
 */
export async function populateChoices(database: Queryable): Promise<number> {
  let added = 0
  for (const { table, hardCoded } of choiceFields) {
    const values = Object.entries(hardCoded).map(
      ([name, label], order) => sql`(${literal(name)}, ${literal(label)}, ${literal(order)})`,
    )
    const { rowCount } = await database.query(
      sql`INSERT INTO ${ident(table)} (tenant_id, name, label, "order", is_system)
        SELECT tenant.id, hard_coded.name, hard_coded.label, hard_coded.place, TRUE
        FROM (SELECT DISTINCT tenant_id AS id FROM lead) AS tenant, (VALUES ${join(values)}) AS hard_coded(name, label, place)
        WHERE NOT EXISTS (SELECT FROM choice_change AS change WHERE change.tenant_id = tenant.id AND change.choice = ${literal(table)}
          AND change.before ->> 'name' = hard_coded.name AND change.after ->> 'name' IS DISTINCT FROM hard_coded.name)
        ORDER BY tenant.id, hard_coded.place
        ON CONFLICT (tenant_id, name) DO NOTHING`.text,
    )
    added += rowCount
  }
  return added
}
