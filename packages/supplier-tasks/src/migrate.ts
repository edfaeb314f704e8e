import { advisoryLock, createPoolDatabase, toFailure } from '@changeover/database'
import { MikroORM } from '@mikro-orm/postgresql'

import { ormOptions } from './orm-options.ts'

/**
 * Brings the tables of this system to the newest migration and gives the names of those that ran.
 *
 * All of them or none; of two calls at a time one waits for the other. The database itself must be there.
 * Errors: DATABASE.*, as of any statement.
 */
export async function migrate(url: string): Promise<readonly string[]> {
  const database = createPoolDatabase({ url, maxConnections: 1 })
  try {
    return await database.transaction(async (tx) => {
      await advisoryLock(tx, 'changeover supplier-tasks migrate')
      return run(url)
    })
  } finally {
    await database.close()
  }
}

async function run(clientUrl: string): Promise<readonly string[]> {
  const orm = new MikroORM({ ...ormOptions, clientUrl })
  try {
    return (await orm.migrator.up()).map((migration) => migration.name)
  } catch (error) {
    throw toFailure(error)
  } finally {
    await orm.close()
  }
}
