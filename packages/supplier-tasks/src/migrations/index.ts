import { SupplierTaskTables } from './0001-supplier-tasks.ts'
import { SectionTables } from './0002-sections.ts'
import { LegacyViews } from './0003-legacy-views.ts'

/** Every migration, in the order in which it runs. A name that has run somewhere never changes. */
export const migrations = [
  { name: 'supplier-tasks-0001-supplier-tasks', class: SupplierTaskTables },
  { name: 'supplier-tasks-0002-sections', class: SectionTables },
  { name: 'supplier-tasks-0003-legacy-views', class: LegacyViews },
]
