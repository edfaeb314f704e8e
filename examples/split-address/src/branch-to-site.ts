import { copy, defineMapping, sameKey, table } from '@changeover/mapping'

const address = { street: 'text', city: 'text', postalCode: 'varchar(10)', country: 'char(2)' } as const
const branch = table(
  'branch',
  { id: 'bigint not null default', name: 'text not null', phone: 'text', ...address },
  { key: ['id'] },
)

const site = table('site', { id: 'bigint not null', name: 'text not null', phone: 'text' }, { key: ['id'] })
const siteAddress = table('site_address', { siteId: 'bigint not null', ...address }, { key: ['siteId'] })

/** A site with its address: a view, of which either table tells the key. */
const addressedSite = table(
  'addressed_site',
  { id: 'bigint not null', name: 'text not null', phone: 'text', ...address },
  {
    key: ['id'],
    madeOf: [
      { table: site, key: ['id'] },
      { table: siteAddress, key: ['siteId'] },
    ],
  },
)

/** A branch becomes a site and, where it has one, its address. */
export const branchToSite = defineMapping({
  name: 'Branch',
  legacy: branch,
  target: addressedSite,
  identity: sameKey('id'),
  rules: [copy('name', 'phone', 'street', 'city', 'postalCode', 'country')],
})
