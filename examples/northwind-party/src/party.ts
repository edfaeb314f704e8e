import { table } from '@changeover/mapping'

/** Whom a company has to do with. */
const fields = {
  id: 'uuid not null default',
  kind: 'text not null',
  name: 'text not null',
  contactName: 'text',
  jobTitle: 'text',
  address: 'text',
  city: 'text',
  region: 'text',
  postalCode: 'text',
  country: 'text',
  phone: 'text',
  fax: 'text',
  reportsTo: 'uuid',
  data: 'jsonb not null default',
} as const

export const partyOf = (kind: 'customer' | 'supplier' | 'employee') =>
  table('party', fields, { key: ['id'], where: { kind } })

/** Columns that all three legacy tables have. */
export const address = {
  address: 'varchar(60)',
  city: 'varchar(15)',
  region: 'varchar(15)',
  postalCode: 'varchar(10)',
  country: 'varchar(15)',
} as const
