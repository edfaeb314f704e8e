import type { Queryable } from '@changeover/database'
import { ident, join, sql } from '@changeover/mapping/sql'
import { type ChoiceField, choiceFields } from './choice-fields.ts'
import { labelOf } from './label.ts'

/** A choice of a lead: the name that its reference says, else the old value; and what people see. */
export interface ShownChoice {
  readonly value: string | null
  readonly reference: string | null
  readonly label: string | null
}

export interface ListedLead {
  readonly id: string
  readonly name: string
  readonly company: string
  readonly choices: Readonly<Record<ChoiceField['field'], ShownChoice>>
}

type Found = Readonly<Record<string, string | null>>

const columns = choiceFields.map(({ field, column, reference }) => {
  const [choice, lead] = [ident(field), ident('lead')]
  return sql`COALESCE(${choice}.name, ${lead}.${ident(column)}) AS ${ident(`${field}Value`)},
    ${lead}.${ident(reference)}::text AS ${ident(`${field}Ref`)}, ${choice}.label AS ${ident(`${field}Label`)}`
})
const joins = choiceFields.map(({ field, table, reference }) => {
  const choice = ident(field)
  return sql`LEFT JOIN ${ident(table)} AS ${choice} ON ${choice}.tenant_id = lead.tenant_id AND ${choice}.id = lead.${ident(reference)}`
})
const select = sql`SELECT lead.id::text AS id, concat_ws(' ', lead.first_name, lead.last_name) AS name, lead.company, ${join(columns)}
  FROM lead ${join(joins, ' ')} WHERE lead.tenant_id = $1::bigint`

/** The newest leads of a tenant with the labels of their choices. Cost: one statement, however many. */
export async function listLeads(
  database: Queryable,
  tenantId: string,
  limitRows: number,
): Promise<readonly ListedLead[]> {
  const { rows } = await database.query<Found>(
    sql`${select} ORDER BY lead.created_at DESC, lead.id DESC LIMIT $2::int`.text,
    [tenantId, limitRows],
  )
  return rows.map(listed)
}

/** Those of a tenant's leads that are asked for, by id, with the labels of their choices. Cost: one statement, however many. */
export async function findLeads(
  database: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ListedLead>> {
  const { rows } = await database.query<Found>(sql`${select} AND lead.id = ANY($2::bigint[])`.text, [
    tenantId,
    [...ids],
  ])
  return new Map(rows.map(listed).map((lead) => [lead.id, lead]))
}

function listed(row: Found): ListedLead {
  return {
    id: row['id'] ?? '',
    name: row['name'] ?? '',
    company: row['company'] ?? '',
    choices: Object.fromEntries(
      choiceFields.map(({ field }) => [field, shown(field, row)]),
    ) as ListedLead['choices'], // one for each field
  }
}

function shown(field: ChoiceField['field'], row: Found): ShownChoice {
  const value = row[`${field}Value`] ?? null
  return {
    value,
    reference: row[`${field}Ref`] ?? null,
    label: labelOf(field, value, row[`${field}Label`] ?? null),
  }
}
