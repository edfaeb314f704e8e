import { defineConfig } from '@changeover/migration'
import { splitAddress } from './src/split-address.ts'

export default defineConfig({ migrations: [splitAddress], database: { url: process.env['DATABASE_URL'] } })
