import { startPostgres } from '@changeover/embedded-postgres'
import { defineConfig } from '@changeover/migration'
import { workItems } from '@changeover/work-items'

/** The work-item system on an embedded server of its own, for the tests of `npm start`. */
export default defineConfig({
  migrations: [workItems],
  database: {
    start: (options) =>
      startPostgres({ folder: process.env['START_FOLDER'] ?? '', settings: { fsync: 'off' }, ...options }),
  },
})
