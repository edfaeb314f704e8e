import { defineMigration } from '@changeover/migration'
import { customerToParty } from './customer-to-party.ts'
import { employeeToParty } from './employee-to-party.ts'
import { supplierToParty } from './supplier-to-party.ts'

/** Customers, suppliers and employees become parties. */
export const northwindParty = defineMigration({
  name: 'northwind-party',
  targetModel: 'Party',
  mappings: [customerToParty, supplierToParty, employeeToParty],
})
