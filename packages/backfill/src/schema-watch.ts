import type { Queryable } from '@changeover/database'
import type { Problem } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import { schemaDrift, schemaFingerprint, syncErrors } from '@changeover/sync'
import { errors } from './errors.ts'

/** Notices a change of the tables between two batches. */
export interface SchemaWatch {
  /** Of the tables as they were seen last. */
  fingerprint(): string
  /** Compares; cheap as long as nothing has changed. Errors: BACKFILL.SCHEMA_CHANGED with the changes by name. */
  check(queryable: Queryable): Promise<void>
}

const blocking: ReadonlySet<string> = new Set([
  syncErrors.TABLE_MISSING.code,
  syncErrors.COLUMN_MISSING.code,
  syncErrors.COLUMN_RETYPED.code,
])

/**
 * Starts to watch. What differs from the mapping already and lets rows be written all the same (a column that it does not
 * know) is taken as given, unless the tables are not those of the remembered fingerprint.
 *
 * Errors: BACKFILL.SCHEMA_CHANGED.
 */
export async function watchSchema(
  queryable: Queryable,
  mapping: Mapping,
  remembered: string | undefined,
): Promise<SchemaWatch> {
  let fingerprint = await schemaFingerprint(queryable, mapping)
  const given = await schemaDrift(queryable, mapping)
  const isOther = remembered !== undefined && remembered !== fingerprint
  refuse(
    mapping,
    given.filter(({ code }) => isOther || blocking.has(code)),
  )
  const known = new Set(given.map(({ message }) => message))
  return {
    fingerprint: () => fingerprint,
    async check(now) {
      const found = await schemaFingerprint(now, mapping)
      if (found === fingerprint) return
      const drift = await schemaDrift(now, mapping)
      refuse(
        mapping,
        drift.filter(({ message }) => !known.has(message)),
      )
      fingerprint = found
    },
  }
}

function refuse(mapping: Mapping, problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const changes = problems.map(({ message }) => message).join(' ')
  throw errors.SCHEMA_CHANGED({ mapping: mapping.name, changes })
}
