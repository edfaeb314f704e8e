import type { Operating } from '@changeover/migration'
import type { Session } from './session.ts'

/** A session as the functions of an operator want it: what they warn of is said beside the data. */
export function operating({ database, environment, migration, talk }: Session): Operating {
  return {
    database,
    environment,
    migration,
    onWarning: ({ message, fix }) => talk.say(`! ${message} ${fix}`),
  }
}
