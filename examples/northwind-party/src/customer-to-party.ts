import { constant, copy, defineMapping, storedIn, table } from '@changeover/mapping'
import { address, partyOf } from './party.ts'

/** Columns of customers and suppliers alike. */
export const company = {
  companyName: 'varchar(40) not null',
  contactName: 'varchar(30)',
  contactTitle: 'varchar(30)',
  ...address,
  phone: 'varchar(24)',
  fax: 'varchar(24)',
} as const

export const companyRules = [
  copy('companyName').as('name'),
  copy('contactTitle').as('jobTitle'),
  ...copy('contactName', 'address', 'city', 'region', 'postalCode', 'country', 'phone', 'fax'),
] as const

export const customerToParty = defineMapping({
  name: 'Customer',
  legacy: table('customers', { customerId: 'varchar(5) not null', ...company }, { key: ['customerId'] }),
  target: partyOf('customer'),
  identity: storedIn('data.customer_id'),
  rules: [constant('kind', 'customer'), companyRules],
})
