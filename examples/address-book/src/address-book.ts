import { defineMigration } from '@changeover/migration'
import { contactToPerson } from './contact-to-person.ts'

/** Contacts become people. */
export const addressBook = defineMigration({
  name: 'address-book',
  targetModel: 'Person',
  mappings: [contactToPerson],
})
