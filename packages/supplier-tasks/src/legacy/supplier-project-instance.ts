import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { Project } from './project.ts'
import { Supplier } from './supplier.ts'

/** A supplier who takes part in a project. Both models share it. */
export const SupplierProjectInstance = defineEntity({
  name: 'SupplierProjectInstance',
  tableName: 'supplier_project_instance',
  uniques: [{ properties: ['supplier', 'project'], name: 'supplier_project_instance_unique' }],
  properties: {
    id: p.text().primary(),
    supplier: () => p.manyToOne(Supplier),
    project: () => p.manyToOne(Project).index('supplier_project_instance_project_id_index'),
  },
})

export type SupplierProjectInstance = InferEntity<typeof SupplierProjectInstance>
