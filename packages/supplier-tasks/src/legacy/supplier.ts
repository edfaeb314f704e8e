import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

/** Who has to do the tasks. Both models share it. */
export const Supplier = defineEntity({
  name: 'Supplier',
  tableName: 'supplier',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    contact: p.text().default(''),
    code: p.text().unique('supplier_code_unique'),
  },
})

export type Supplier = InferEntity<typeof Supplier>
