import { readFile } from 'node:fs/promises'
import { createPoolDatabase } from '@changeover/database'
import type { SampleSystem } from '@changeover/migration'

/** What an example says of itself; its tables and rows stand in its folder as SQL. */
type Example = Omit<SampleSystem, 'migrate' | 'seed'> & { readonly folder: URL }

/** An example as the suites take it: `migrate` runs `schema.sql`, once; `seed` runs `data.sql`. */
export function exampleSystem({ folder, ...example }: Example): SampleSystem {
  const sqlOf = (file: string) => readFile(new URL(file, folder), 'utf8')
  return Object.freeze({
    ...example,
    async migrate(url: string) {
      const database = createPoolDatabase({ url, maxConnections: 1 })
      try {
        await database.query(await sqlOf('schema.sql'))
      } finally {
        await database.close()
      }
      return ['schema.sql']
    },
    async seed(database) {
      await database.query(await sqlOf('data.sql'))
      return true
    },
  } satisfies SampleSystem)
}
