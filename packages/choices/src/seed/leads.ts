import { choiceFields } from '../choice-fields.ts'

/** Values that are no choice of the tenant: free text, wrong case, space, another tenant's own, Unicode; and none at all. */
const odd = ['Tech', 'TECH ', 'space', 'naïve', 'Ökologie & Ähnliches', '宇宙', '', "it's free text", null]

/** 180 leads of three tenants: every hard-coded value of every field for each, and every odd value. */
export function leads(): readonly object[] {
  return Array.from({ length: 180 }, (_unused, index) => {
    const at = `2026-0${1 + (index % 9)}-${10 + (index % 18)}T0${index % 10}:30:00.${String(index).padStart(6, '0')}Z`
    return {
      tenant_id: 1 + (index % 3),
      first_name: ['Ada', 'Zoë', '李', ''][index % 4],
      last_name: `Lead ${index}`,
      email: `lead${index}@example.com`,
      company: ['Acme', "O'Neill & Söhne", '株式会社'][Math.floor(index / 3) % 3],
      lead_score: index % 101,
      annual_revenue: index % 5 === 0 ? null : `${index * 1000}.${10 + (index % 90)}`,
      created_at: at,
      updated_at: at,
      ...Object.fromEntries(
        choiceFields.map(({ column, hardCoded }, place) => {
          const values = [...Object.keys(hardCoded), ...odd]
          return [column, values[(Math.floor(index / 3) + place) % values.length]]
        }),
      ),
    }
  })
}
