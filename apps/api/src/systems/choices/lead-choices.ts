import { choiceFields, findLeads } from '@changeover/choices'
import { fromEntityManager } from '@changeover/database/mikro-orm'
import type { MoreFields } from '../../legacy/legacy-resource.ts'

/** `industry` → `industryRef` and `industryLabel`, beside the old field. */
export const leadChoices: MoreFields = {
  properties: Object.fromEntries(
    choiceFields.flatMap(({ field }) => [
      [
        `${field}Ref`,
        {
          anyOf: [{ type: 'string' }, { type: 'null' }],
          description: `The choice of the tenant for ${field}.`,
        },
      ],
      [
        `${field}Label`,
        {
          anyOf: [{ type: 'string' }, { type: 'null' }],
          description: 'What people see: of the choice, else the hard-coded one, else the old value.',
        },
      ],
    ]),
  ),
  /** Cost: one statement, however many rows. */
  async addTo(em, rows, { tenantId = '' }) {
    const ids = rows.map(({ id }) => String(id))
    const found = await findLeads(fromEntityManager(em), tenantId, ids)
    return rows.map((row, index) => {
      const shown = found.get(ids[index] ?? '')?.choices
      const added = choiceFields.flatMap(({ field }) => [
        [`${field}Ref`, shown?.[field].reference ?? null],
        [`${field}Label`, shown?.[field].label ?? null],
      ])
      return { ...row, ...Object.fromEntries(added) }
    })
  },
}
