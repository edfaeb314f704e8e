import type { Direction, Mapping } from '@changeover/mapping'
import { join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { needOf } from '@changeover/sync'
import { functionSql, objectName } from './db-object.ts'

/** The setting of the function that brings parents along, which names the mapping for whose rows: among those nobody else does. */
export const bringingSetting = 'changeover.bringing'

/** Its value. */
export function bringingName(migration: string, mapping: Mapping): string {
  return `${migration}:${mapping.name}`
}

/** The name of the function that brings parents of a mapping's rows along in one direction. */
export function bringName(migration: string, mapping: Mapping, direction: Direction): string {
  return objectName('bring', migration, mapping.name, direction)
}

/** The end of a sync: where rows are refused that wait for others, `changeover_refused` becomes what is left of it. */
export function bringAlongSql(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  mappings: readonly Mapping[],
): Sql {
  if (needOf(mapping, direction, mappings).parents.length === 0) return sql``
  const given = join([...mapping.legacy.key.map(() => sql`NULL`), sql`changeover_refused::jsonb`])
  return sql`IF changeover_refused IS NOT NULL AND pg_catalog.current_setting(${literal(bringingSetting)}, true) IS DISTINCT FROM ${literal(bringingName(migration, mapping))} THEN
    changeover_refused := ${functionSql({ name: bringName(migration, mapping, direction) })}(${given});
  END IF;`
}
