import { constant, defineMapping, intoJson, storedIn, table } from '@changeover/mapping'
import { company, companyRules } from './customer-to-party.ts'
import { partyOf } from './party.ts'

export const supplierToParty = defineMapping({
  name: 'Supplier',
  legacy: table(
    'suppliers',
    { supplierId: 'smallint not null', ...company, homepage: 'text' },
    { key: ['supplierId'] },
  ),
  target: partyOf('supplier'),
  identity: storedIn('data.supplier_id'),
  rules: [constant('kind', 'supplier'), companyRules, intoJson('data', 'homepage')],
})
