import type { LegacyWriter, SampleSystem } from '@changeover/migration'
import { choices } from './choices.ts'
import { migrate } from './migrate.ts'
import { generateLeads } from './seed/generate-leads.ts'
import { seedChoices } from './seed/seed-choices.ts'

/** Legacy code that writes leads with hard-coded choices, each with its mark as the company. */
const writer: LegacyWriter = {
  async insert(tx, at, mark) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('lead')} (tenant_id, company, industry, status) values (1, $1, 'tech', 'new') returning id::text as id`,
      [mark],
    )
    return rows[0]?.id ?? ''
  },
  async change(tx, at, key, mark) {
    await tx.query(
      `update ${at('lead')} set company = $2, industry = 'retail', status = 'Not a choice' where id = $1::bigint`,
      [key, mark],
    )
  },
  async remove(tx, at, key) {
    await tx.query(`delete from ${at('lead')} where id = $1::bigint`, [key])
  },
  async found(database, side, prefix) {
    const agrees = {
      legacy: `lead.industry in ('tech', 'retail')`,
      target: `exists (select from industry as i where i.id = lead.industry_ref and i.name in ('tech', 'retail'))`,
    }
    const { rows } = await database.query<{ key: string; mark: string }>(
      `select id::text as key, company as mark from lead where starts_with(company, $1) and ${agrees[side]}`,
      [prefix],
    )
    return new Map(rows.map(({ key, mark }) => [key, mark]))
  },
}

/** The choice system with its sample data: 180 leads of three tenants. */
export const choiceSystem: SampleSystem = Object.freeze({
  migration: choices,
  about: 'the hard-coded choices of leads become choice tables of each tenant, in the same table',
  migrate,
  seed: seedChoices,
  generate: generateLeads,
  writer,
})
