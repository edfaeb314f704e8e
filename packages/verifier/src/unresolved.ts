import type { Queryable } from '@changeover/database'
import { type Mapping, unresolvedSql } from '@changeover/mapping'

/** A value that a rule keeps aside, in one context: nothing is lost, and somebody has to decide what it becomes. */
export interface Unresolved {
  readonly rule: string
  readonly field: string
  readonly value: string
  /** Where it stands: `{ tenantId: 7 }`. */
  readonly context: Readonly<Record<string, unknown>>
  readonly rows: number
  /** The smallest legacy key, as one text. */
  readonly firstKey: string
  /** What may have been meant; null where nothing is near. */
  readonly suggestion: string | null
}

interface Found {
  readonly rule: string
  readonly field: string
  readonly value: string
  readonly context: string
  readonly rows: string
  readonly key: string
  readonly suggestion: string | null
}

/** Counts what the rules of a mapping keep aside. Cost: one scan of the legacy table for each rule that may, none where none does. */
export async function unresolvedIn(database: Queryable, mapping: Mapping): Promise<readonly Unresolved[]> {
  const statement = unresolvedSql(mapping)
  if (statement === undefined) return []
  const { rows } = await database.query<Found>(statement.text)
  return rows.map(({ context, rows: count, key, ...found }) => ({
    ...found,
    context: JSON.parse(context) as Unresolved['context'], // the statement builds an object
    rows: Number(count),
    firstKey: key,
  }))
}

/** In one line: `industry 'Tech' × 3 (tenantId 1), perhaps 'tech'`. */
export function unresolvedText({ field, value, context, rows, suggestion }: Unresolved): string {
  const where = Object.entries(context).map(([name, each]) => `${name} ${String(each)}`)
  const place = where.length === 0 ? '' : ` (${where.join(', ')})`
  return `${field} '${value}' × ${rows}${place}${suggestion === null ? '' : `, perhaps '${suggestion}'`}`
}
