import { join } from 'node:path'
import { defineConfig } from '@changeover/migration'
import { systems } from '@changeover/systems'

/** What the command line of this repository works on: the reference systems, on a server of yours or on the embedded one. */
export default defineConfig({
  migrations: systems.map(({ migration }) => migration),
  database: {
    url: process.env['DATABASE_URL'],
    start: async (options) => {
      const { startPostgres } = await import('@changeover/embedded-postgres')
      return startPostgres({ folder: join(import.meta.dirname, '.cache', 'postgres'), ...options })
    },
  },
})
