import { defineConfig, defineMigration } from '@changeover/migration'
import { contactToPerson } from './src/contact-to-person.ts'

export default defineConfig({
  migrations: [defineMigration({ name: 'address-book', targetModel: 'Person', mappings: [contactToPerson] })],
  database: { url: process.env['DATABASE_URL'] },
})
