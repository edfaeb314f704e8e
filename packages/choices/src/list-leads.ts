import type { Queryable } from '@changeover/database'
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

/** The newest leads of a tenant with the labels of their choices. Cost: one statement, however many. */
export async function listLeads(
  database: Queryable,
  tenantId: string,
  limitRows: number,
): Promise<readonly ListedLead[]> {
  const { rows } = await database.query<Found>('SELECT * FROM shown_leads($1::bigint, $2::int)', [
    tenantId,
    limitRows,
  ])
  return rows.map(listed)
}

/** Those of a tenant's leads that are asked for, by id, with the labels of their choices. Cost: one statement, however many. */
export async function findLeads(
  database: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ListedLead>> {
  const { rows } = await database.query<Found>('SELECT * FROM shown_leads_of($1::bigint, $2::bigint[])', [
    tenantId,
    [...ids],
  ])
  return new Map(rows.map(listed).map((lead) => [lead.id, lead]))
}

const fields = choiceFields.map(({ field }) => ({
  field,
  value: `${field}Value`,
  reference: `${field}Ref`,
  label: `${field}Label`,
}))

function listed(row: Found): ListedLead {
  const choices: Partial<Record<ChoiceField['field'], ShownChoice>> = {}
  for (const names of fields) {
    const value = row[names.value] ?? null
    choices[names.field] = {
      value,
      reference: row[names.reference] ?? null,
      label: labelOf(names.field, value, row[names.label] ?? null),
    }
  }
  return {
    id: row['id'] ?? '',
    name: row['name'] ?? '',
    company: row['company'] ?? '',
    choices: choices as ListedLead['choices'], // one for each field
  }
}
