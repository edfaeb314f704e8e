import { toFailure } from '@changeover/database'
import { MikroORM } from '@mikro-orm/postgresql'

import { ormOptions } from './orm-options.ts'

/**
 * Brings the tables of this system to the newest migration and gives the names of those that ran.
 *
 * Errors: DATABASE.*, as of any statement.
 */
export async function migrate(clientUrl: string): Promise<readonly string[]> {
  const orm = new MikroORM({ ...ormOptions, clientUrl })
  try {
    return (await orm.migrator.up()).map((migration) => migration.name)
  } catch (error) {
    throw toFailure(error)
  } finally {
    await orm.close()
  }
}
