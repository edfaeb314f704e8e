import { copy, defineMapping, drop, intoJson, mapValues, storedIn, table } from '@changeover/mapping'

const contact = table(
  'contact',
  {
    id: 'bigint not null default',
    fullName: 'varchar(80) not null',
    email: 'text',
    tier: 'char(1) not null',
    birthday: 'date',
    newsletter: 'boolean not null default',
    fax: 'text',
    searchText: 'text generated',
  },
  { key: ['id'] },
)

const person = table(
  'person',
  {
    id: 'uuid not null default',
    contactId: 'bigint',
    name: 'text not null',
    email: 'text',
    level: 'text not null',
    bornOn: 'date',
    preferences: 'jsonb not null default',
  },
  { key: ['id'] },
)

/** A contact becomes a person. Try to leave a rule out: it no longer compiles. */
export const contactToPerson = defineMapping({
  name: 'Contact',
  legacy: contact,
  target: person,
  identity: storedIn('contactId'),
  rules: [
    copy('fullName').as('name'),
    copy('email'),
    mapValues('tier', { A: 'premium', B: 'plus', C: 'basic' }).as('level'),
    copy('birthday').as('bornOn'),
    intoJson('preferences', 'newsletter', 'fax'),
    drop('searchText', 'generated from the name'),
  ],
})
