import { errors as dualWriteErrors, refusalIn } from '@changeover/dual-write'
import { describeFailure } from '@changeover/errors'
import { fieldNamed, tableSql } from '@changeover/mapping'
import { ident, sql } from '@changeover/mapping/sql'
import { errors } from '../errors.ts'
import type { Session } from '../session.ts'

/**
 * Deletes a legacy row as psql would, past every proxy, and shows that the database refuses it while the target leads. A table
 * that is legacy and target at once takes writes from both.
 *
 * Errors: CLI.LIFE_BROKEN where the write goes through.
 */
export async function showGuard({ database, migration, talk }: Session): Promise<void> {
  const targets = new Set(migration.mappings.map(({ target }) => tableSql(target).text))
  const mapping = migration.mappings.find(({ legacy }) => !targets.has(tableSql(legacy).text))
  if (mapping === undefined) return
  const table = tableSql(mapping.legacy)
  const column = ident(fieldNamed(mapping.legacy, mapping.legacy.key[0] ?? '').column)
  const first = sql`(SELECT ${column} FROM ${table} ORDER BY ${column} LIMIT 1)`
  const write = sql`DELETE FROM ${table} WHERE ${column} = ${first}`.text
  const step = `a direct write to ${mapping.legacy.name} while the target leads`
  try {
    // Undone, should it go through.
    await database.transaction(async (tx) => {
      await tx.query(write)
      throw errors.LIFE_BROKEN({ step, said: 'it went through' })
    })
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal?.code !== dualWriteErrors.LEGACY_READ_ONLY.code) throw error
    talk.say(`✓ ${step} is refused:\n  ${describeFailure(refusal).replaceAll('\n', '\n  ')}`)
  }
}
