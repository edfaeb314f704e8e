import { defineConfig } from '@changeover/migration'
import { northwindParty } from './src/northwind-party.ts'

export default defineConfig({ migrations: [northwindParty], database: { url: process.env['DATABASE_URL'] } })
