import { type Database, errors as databaseErrors, type Queryable } from '@changeover/database'
import { isFailure, type Problem } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { missingPrivileges } from '../privileges.ts'
import type { AuditFinding } from './audit-finding.ts'
import { duplicatesOf } from './duplicates.ts'
import { fieldDefects } from './field-defects.ts'
import { orphansOf } from './orphans.ts'
import { refusalsIn } from './refusals.ts'
import { type TableRows, tableRows } from './table-rows.ts'

/** What the legacy data is like before a migration touches it. */
export interface Audit {
  readonly migration: string
  /** `inconclusive` where something could not be read, whatever else was found. */
  readonly verdict: 'sound' | 'findings' | 'inconclusive'
  readonly tables: readonly TableRows[]
  readonly findings: readonly AuditFinding[]
  /** What was not looked at, and why. */
  readonly unread: readonly Problem[]
}

export interface AuditOptions {
  readonly onMapping?: (mapping: string) => void
}

const checks = [fieldDefects, orphansOf, duplicatesOf, refusalsIn]

/**
 * Looks at the legacy data of a migration, driven by its table descriptions and rules alone: row counts, references to rows that do not exist,
 * required fields that are NULL, values that a rule cannot map, fields out of order, duplicates of keys and of unique sets, and
 * rows that would collide on the target. Needs nothing to be installed and no target table. Writes nothing.
 *
 * Cost: a few scans of each legacy table; each statement sees the rows of its own moment. Errors: DATABASE.*.
 */
export async function audit(
  database: Database,
  migration: Migration,
  { onMapping }: AuditOptions = {},
): Promise<Audit> {
  const findings: AuditFinding[] = []
  const unread: Problem[] = [...(await hiddenRows(database, migration))]
  for (const mapping of migration.mappings) {
    onMapping?.(mapping.name)
    for (const check of checks) {
      const found = await orUnread(mapping, () => check(database, mapping))
      if (Array.isArray(found)) findings.push(...found)
      else unread.push(found as Problem) // what is no list of findings is why there is none
    }
  }
  const told = withoutDoubles(unread)
  const verdict = told.length > 0 ? 'inconclusive' : findings.length > 0 ? 'findings' : 'sound'
  const tables = await tableRows(database, migration)
  return { migration: migration.name, verdict, tables, findings, unread: told }
}

async function hiddenRows(database: Queryable, migration: Migration): Promise<readonly Problem[]> {
  const lacks = await missingPrivileges(database, migration)
  return lacks.filter(({ code }) => code === errors.ROWS_HIDDEN.code)
}

const unreadable: ReadonlySet<string> = new Set([
  databaseErrors.TABLE_MISSING.code,
  databaseErrors.COLUMN_MISSING.code,
  databaseErrors.PRIVILEGE_MISSING.code,
])

async function orUnread<T>(mapping: Mapping, look: () => Promise<T>): Promise<T | Problem> {
  try {
    return await look()
  } catch (thrown) {
    if (!isFailure(thrown) || !unreadable.has(thrown.code)) throw thrown
    return errors.ROWS_UNREAD.problem({ mapping: mapping.name, said: thrown.message, how: thrown.fix })
  }
}

function withoutDoubles(problems: readonly Problem[]): readonly Problem[] {
  return [...Map.groupBy(problems, ({ message }) => message).values()].flatMap((same) => same.slice(0, 1))
}
