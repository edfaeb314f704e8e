import { copy, defineMapping, reference, storedIn, table } from '@changeover/mapping'
import { expect, test } from 'vitest'
import { defineMigration } from './define-migration.ts'

const party = table(
  'party',
  { id: 'uuid not null default', customerId: 'bigint', parent: 'uuid', name: 'text not null' },
  { key: ['id'] },
)
const customer = defineMapping({
  name: 'Customer',
  legacy: table('customer', { id: 'bigint not null', name: 'text not null' }, { key: ['id'] }),
  target: party,
  identity: storedIn('customerId'),
  rules: [copy('name')],
})
const invoice = defineMapping({
  name: 'Invoice',
  legacy: table(
    'invoice',
    { id: 'bigint not null', name: 'text not null', customer: 'bigint' },
    { key: ['id'] },
  ),
  target: party,
  identity: storedIn('customerId'),
  rules: [copy('name'), reference('customer', customer).as('parent')],
})

test('reports keep the order of the list, rows are written in the order of references', () => {
  const { mappings, ordered } = defineMigration({
    name: 'crm',
    mappings: [invoice, customer],
    targetModel: 'Party',
  })
  expect(mappings.map(({ name }) => name)).toEqual(['Invoice', 'Customer'])
  expect(ordered.map(({ name }) => name)).toEqual(['Customer', 'Invoice'])
})

test('a reference to a mapping that is not listed is refused', () => {
  const define = () => defineMigration({ name: 'crm', mappings: [invoice], targetModel: 'Party' })
  expect(define).toThrow(expect.objectContaining({ code: 'MAPPING.MAPPING_UNKNOWN' }))
})
