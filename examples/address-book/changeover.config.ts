import { defineConfig } from '@changeover/migration'
import { addressBook } from './src/address-book.ts'

export default defineConfig({ migrations: [addressBook], database: { url: process.env['DATABASE_URL'] } })
